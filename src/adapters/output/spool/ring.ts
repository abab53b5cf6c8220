import type { Piece } from "../../../core/processes/output-log.ts";
import type { Channel } from "../../../protocol/frames.ts";
import type { OutputMemory, Slab } from "./output-memory.ts";
import { maxRecordBytes } from "./record.ts";

type Data = Extract<Piece, { kind: "data" }>;

/** Bytes of one channel up to `end`, a place in the slab. */
interface Run {
  channel: Channel;
  end: number;
}

/** A slab and what it holds: the log from `offset` on. */
interface Part {
  slab: Slab;
  offset: number;
  runs: Run[];
  length: number;
}

/** Many tiny runs take a new slab, so that their number is bounded too. */
const runsAPart = 1024;
/** What does not fit behind so much begins a new slab, so that a chunk from a pipe stays in one piece. */
const fullBytes = (maxRecordBytes * 3) / 4;

interface Range {
  to: number;
  maxBytes: number;
  maxSlabs: number;
}

/**
 * The latest bytes of a log, those on their way to the disk among them: whoever reads at the end costs neither
 * a read nor a copy.
 */
export class Ring {
  readonly #memory: OutputMemory;
  readonly #parts: Part[] = [];
  #end = 0;

  constructor(memory: OutputMemory) {
    this.#memory = memory;
  }

  /** The offset after the last byte. */
  get end(): number {
    return this.#end;
  }

  push(channel: Channel, bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const part = this.#partFor(channel, bytes.length - from);
      const some = bytes.subarray(from, from + maxRecordBytes - part.length);
      part.slab.buffer.set(some, part.length);
      part.length += some.length;
      const last = part.runs.at(-1);
      if (last?.channel === channel) last.end = part.length;
      else part.runs.push({ channel, end: part.length });
      from += some.length;
      this.#end += some.length;
    }
  }

  /**
   * What lies from `from` up to `to`, as much as is asked for, and the slabs that hold it: each is held until it
   * is released. `undefined` where `from` is not here, or not any more.
   */
  slice(from: number, { to, maxBytes, maxSlabs }: Range): { pieces: Data[]; slabs: Slab[] } | undefined {
    if (from < (this.#parts[0]?.offset ?? this.#end) || from >= this.#end) return undefined;
    const pieces: Data[] = [];
    const slabs: Slab[] = [];
    const until = Math.min(to, from + maxBytes);
    for (const part of this.#parts) {
      if (part.offset + part.length <= from) continue;
      if (part.offset >= until || slabs.length === maxSlabs) break;
      part.slab.hold();
      slabs.push(part.slab);
      pieces.push(...piecesOf(part, from, until));
    }
    return { pieces, slabs };
  }

  /** Lets the oldest slabs below `offset` go, all but the last `keep`. */
  trim(offset: number, keep: number): void {
    let count = 0;
    for (const part of this.#parts) {
      if (this.#parts.length - count <= keep || part.offset + part.length > offset) break;
      part.slab.release();
      count += 1;
    }
    this.#parts.splice(0, count);
  }

  #partFor(channel: Channel, bytes: number): Part {
    const last = this.#parts.at(-1);
    if (last !== undefined) {
      const isFull = last.length + bytes > maxRecordBytes && last.length >= fullBytes;
      const hasRun = last.runs.length < runsAPart || last.runs.at(-1)?.channel === channel;
      if (!isFull && hasRun) return last;
    }
    const part = { slab: this.#memory.take(), offset: this.#end, runs: [], length: 0 };
    this.#parts.push(part);
    return part;
  }
}

function piecesOf(part: Part, from: number, until: number): Data[] {
  const pieces: Data[] = [];
  let begin = 0;
  for (const { channel, end } of part.runs) {
    const first = Math.max(begin, from - part.offset);
    const last = Math.min(end, until - part.offset);
    if (first < last)
      pieces.push({
        kind: "data",
        offset: part.offset + first,
        channel,
        bytes: part.slab.buffer.subarray(first, last),
      });
    begin = end;
  }
  return pieces;
}
