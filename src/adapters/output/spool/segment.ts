import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Piece } from "../../../core/processes/output-log.ts";
import { headerAt, headerBytes, putHeader, type Written } from "./record.ts";

/** Where a record begins: its offset in the log and its place in the file. */
interface Mark {
  offset: number;
  position: number;
}

/** Holds a whole record. */
const recoveredBytes = 256 * 1024;
/** Asks for no pieces. */
const nothing = { offset: Number.POSITIVE_INFINITY, maxBytes: 0 };
const markEveryBytes = 64 * 1024;

/** A file with the records from `base` up to `end`. A log is a row of them, so that its oldest bytes can go. */
export class Segment {
  /** The offset of its first byte, which is its name. */
  readonly base: number;
  readonly #file: string;
  #end: number;
  #size: number;
  #handle: FileHandle | undefined;
  /** Sparse and in order, so that a read begins near its offset. */
  readonly #marks: Mark[];

  private constructor(file: string, span: { base: number; end: number; size: number }) {
    this.#file = file;
    this.base = span.base;
    this.#end = span.end;
    this.#size = span.size;
    this.#marks = [{ offset: span.base, position: 0 }];
  }

  /** An empty one, open to be appended to. */
  static async create(folder: string, base: number): Promise<Segment> {
    const segment = new Segment(join(folder, nameOf(base)), { base, end: base, size: 0 });
    segment.#handle = await open(segment.#file, "w", 0o600);
    return segment;
  }

  /** One that was written down as this long: only read. */
  static stored(folder: string, span: { base: number; end: number; size: number }): Segment {
    return new Segment(join(folder, nameOf(span.base)), span);
  }

  /** Where nobody wrote down how long it is: up to the last whole record. */
  static async recovered(folder: string, base: number): Promise<Segment> {
    const segment = Segment.stored(folder, { base, end: base, size: 0 });
    await using handle = await open(segment.#file, "r");
    const slab = Buffer.allocUnsafeSlow(recoveredBytes);
    for (;;) {
      const read = await bytesAt(handle, segment.#size, slab);
      const { next } = piecesIn(read, { offset: segment.#end, position: segment.#size }, nothing);
      if (next.position === segment.#size) return segment;
      segment.#end = next.offset;
      segment.#size = next.position;
      segment.#mark(next);
    }
  }

  /** The offset after its last byte. */
  get end(): number {
    return this.#end;
  }

  /** Bytes of the file that count. */
  get size(): number {
    return this.#size;
  }

  /** All of it or, where it throws, nothing that a reader would see. */
  async append(records: readonly Written[]): Promise<void> {
    if (this.#handle === undefined) throw new Error("Cannot append to a segment that was closed");
    const headers = Buffer.allocUnsafe(records.length * headerBytes);
    const buffers: Uint8Array[] = [];
    for (const [index, record] of records.entries()) {
      putHeader(headers, index * headerBytes, record);
      buffers.push(headers.subarray(index * headerBytes, (index + 1) * headerBytes), record.bytes);
    }
    await writeAll(this.#handle, buffers, this.#size);
    for (const { bytes } of records) {
      this.#mark({ offset: this.#end, position: this.#size });
      this.#end += bytes.length;
      this.#size += headerBytes + bytes.length;
    }
  }

  /**
   * Pieces from `offset` on, which lies in this segment, at most `maxBytes`; at least one. They lie in `target`,
   * which need not hold a whole record.
   */
  async read(offset: number, maxBytes: number, target: Buffer): Promise<Piece[]> {
    await using handle = await open(this.#file, "r");
    let from = this.#marks.findLast((mark) => mark.offset <= offset) ?? { offset: this.base, position: 0 };
    for (;;) {
      const read = await bytesAt(handle, from.position, target.subarray(0, Math.max(0, this.#size - from.position)));
      const { pieces, next } = piecesIn(read, from, { offset, maxBytes });
      if (pieces.length > 0 || next.position === from.position) return pieces;
      this.#mark(next);
      from = next;
    }
  }

  /** Nothing is appended any more; it can still be read. */
  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  async remove(): Promise<void> {
    await this.close();
    await rm(this.#file, { force: true });
  }

  #mark(mark: Mark): void {
    const last = this.#marks.at(-1);
    if (last !== undefined && mark.position >= last.position + markEveryBytes) this.#marks.push(mark);
  }
}

/** The offset at which a file of this name begins; `undefined` for other files. */
export function baseOf(name: string): number | undefined {
  return /^\d{16}\.seg$/.test(name) ? Number(name.slice(0, 16)) : undefined;
}

function nameOf(base: number): string {
  return `${String(base).padStart(16, "0")}.seg`;
}

async function bytesAt(handle: FileHandle, position: number, target: Buffer): Promise<Buffer> {
  const { bytesRead } = await handle.read(target, 0, target.length, position);
  return target.subarray(0, bytesRead);
}

/**
 * What the wanted range has in the bytes of a file read at `from`, where a record begins; of the last record also
 * a part. `next` is where the first record begins of which nothing was wanted here.
 */
function piecesIn(
  read: Buffer,
  from: Mark,
  wanted: { offset: number; maxBytes: number },
): { pieces: Piece[]; next: Mark } {
  const pieces: Piece[] = [];
  let { offset } = from;
  let at = 0;
  let left = wanted.maxBytes;
  for (;;) {
    const header = headerAt(read, at);
    if (header === undefined) break;
    const skip = Math.max(0, wanted.offset - offset);
    const bytes = read.subarray(at + headerBytes, at + headerBytes + header.length).subarray(skip, skip + left);
    if (bytes.length > 0) pieces.push({ kind: "data", offset: offset + skip, channel: header.channel, bytes });
    left -= bytes.length;
    if (at + headerBytes + header.length > read.length) break;
    offset += header.length;
    at += headerBytes + header.length;
  }
  return { pieces, next: { offset, position: from.position + at } };
}

/** A disk that is nearly full takes a part; only the next try says why. */
async function writeAll(handle: FileHandle, buffers: Uint8Array[], position: number): Promise<void> {
  const { bytesWritten } = await handle.writev(buffers, position);
  const total = buffers.reduce((sum, { length }) => sum + length, 0);
  if (bytesWritten === total) return;
  const rest = Buffer.concat(buffers).subarray(bytesWritten);
  await writeAll(handle, [rest], position + bytesWritten);
}
