import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Piece } from "../../../core/processes/output-log.ts";
import { headerAt, headerBytes, putHeader, type Written } from "./record.ts";

/** Where a record begins: its offset in the log and its place in the file. */
interface Mark {
  offset: number;
  position: number;
}

const slabBytes = 256 * 1024;
const markEveryBytes = 64 * 1024;

/** A file with the records from `base` up to `end`. A log is a row of them, so that its oldest bytes can go. */
export class Segment {
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

  static async create(folder: string, base: number): Promise<Segment> {
    const segment = new Segment(join(folder, nameOf(base)), { base, end: base, size: 0 });
    segment.#handle = await open(segment.#file, "w", 0o600);
    return segment;
  }

  static stored(folder: string, span: { base: number; end: number; size: number }): Segment {
    return new Segment(join(folder, nameOf(span.base)), span);
  }

  /** Where nobody wrote down how long it is: up to the last whole record. */
  static async recovered(folder: string, base: number): Promise<Segment> {
    const segment = Segment.stored(folder, { base, end: base, size: Number.MAX_SAFE_INTEGER });
    const last = await segment.#walk({ offset: base, position: 0 }, () => "on");
    segment.#end = last.offset;
    segment.#size = last.position;
    return segment;
  }

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

  /** Pieces from `offset`, which lies in this segment, up to about `maxBytes`; at least one. */
  async read(offset: number, maxBytes: number): Promise<Piece[]> {
    const pieces: Piece[] = [];
    let left = maxBytes;
    const start = this.#marks.findLast((mark) => mark.offset <= offset) ?? { offset: this.base, position: 0 };
    await this.#walk(start, (at, record) => {
      const skip = Math.max(0, offset - at);
      if (skip >= record.bytes.length) return "on";
      const bytes = record.bytes.subarray(skip, skip + left);
      pieces.push({ kind: "data", offset: at + skip, channel: record.channel, bytes });
      left -= bytes.length;
      return left > 0 ? "on" : "stop";
    });
    return pieces;
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  async remove(): Promise<void> {
    await this.close();
    await rm(this.#file, { force: true });
  }

  /** Shows whole records one after the other from a mark on; answers where the next one would begin. */
  async #walk(from: Mark, visit: (offset: number, record: Written) => "on" | "stop"): Promise<Mark> {
    await using handle = await open(this.#file, "r");
    let { offset, position } = from;
    for (;;) {
      const slab = await slabAt(handle, position, Math.min(slabBytes, this.#size - position));
      let at = 0;
      for (;;) {
        const header = headerAt(slab, at);
        if (header === undefined || at + headerBytes + header.length > slab.length) break;
        const bytes = slab.subarray(at + headerBytes, at + headerBytes + header.length);
        this.#mark({ offset, position: position + at });
        if (visit(offset, { channel: header.channel, bytes }) === "stop") return { offset, position: position + at };
        offset += header.length;
        at += headerBytes + header.length;
      }
      if (at === 0) return { offset, position };
      position += at;
    }
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

async function slabAt(handle: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const slab = Buffer.allocUnsafeSlow(Math.max(0, bytes));
  const { bytesRead } = await handle.read(slab, 0, slab.length, position);
  return slab.subarray(0, bytesRead);
}

/** A disk that is nearly full takes a part; only the next try says why. */
async function writeAll(handle: FileHandle, buffers: Uint8Array[], position: number): Promise<void> {
  const { bytesWritten } = await handle.writev(buffers, position);
  const total = buffers.reduce((sum, { length }) => sum + length, 0);
  if (bytesWritten === total) return;
  const rest = Buffer.concat(buffers).subarray(bytesWritten);
  await writeAll(handle, [rest], position + bytesWritten);
}
