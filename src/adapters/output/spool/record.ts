import type { Channel } from "../../../protocol/frames.ts";

/** A piece of one channel as it lies in the file: a header of 8 bytes and the bytes. */
export interface Written {
  channel: Channel;
  bytes: Uint8Array;
}

/** `u32 length · u16 channel · u16 sentinel`, little endian. */
export const headerBytes = 8;
/** No record is longer, so that a reader always has a whole one in its hand. */
export const maxRecordBytes = 64 * 1024;

/** Tells a record from what a crash may leave behind the last one. */
const sentinel = 0x5ec0;

/** Writes the header of a record at this place. */
export function putHeader(target: Buffer, at: number, { channel, bytes }: Written): void {
  target.writeUInt32LE(bytes.length, at);
  target.writeUInt16LE(channel, at + 4);
  target.writeUInt16LE(sentinel, at + 6);
}

/** `undefined` where the bytes at this place begin no record. */
export function headerAt(source: Buffer, at: number): { channel: Channel; length: number } | undefined {
  if (at + headerBytes > source.length || source.readUInt16LE(at + 6) !== sentinel) return undefined;
  const length = source.readUInt32LE(at);
  if (length === 0 || length > maxRecordBytes) return undefined;
  return { channel: source.readUInt16LE(at + 4) as Channel, length };
}

/** Room that records of these bytes take. */
export function sizeOf(records: readonly Written[]): number {
  return records.reduce((size, { bytes }) => size + headerBytes + bytes.length, 0);
}
