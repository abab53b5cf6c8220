import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Excerpt, Exit, LogView } from "../../../core/processes/output-log.ts";
import type { Channel } from "../../../protocol/frames.ts";
import type { PrincipalId } from "../../../protocol/ids.ts";
import type { OutputMemory } from "./output-memory.ts";
import { headerBytes, maxRecordBytes, sizeOf, type Written } from "./record.ts";
import { Ring } from "./ring.ts";
import { baseOf, Segment } from "./segment.ts";
import { SlabExcerpt } from "./slab-excerpt.ts";
import type { Usage } from "./usage.ts";

/** What a sealed log writes down; an open one only says whose it is. */
interface Description {
  principal: PrincipalId;
  exit?: Exit;
  end?: number;
  segments?: { base: number; end: number; size: number }[];
}

const descriptionFile = "log.json";
const segmentsPerLog = 8;
const batchRecords = 256;
/** How a log ends whose daemon was killed: the command went with it. */
const lostExit: Exit = { code: null, signal: 9 };

interface LogParts {
  folder: string;
  usage: Usage;
  memory: OutputMemory;
}

/**
 * One log: a folder with its segments, what is known of it, and the latest bytes at hand. It is *open* from `create` to
 * `seal` and *sealed* from then on; one that `load` finds open was its daemon's when that was killed, and is sealed as
 * such. Bytes are *taken* by `push`, *readable* once `flush` has them in a file, and *gone* with their segment: a log is
 * a row of segments so that its oldest bytes can go without the others being written again, as in a log-structured file
 * system (M. Rosenblum, J. Ousterhout, 1992).
 */
export class SpoolLog {
  readonly principal: PrincipalId;
  readonly #folder: string;
  readonly #usage: Usage;
  readonly #segments: Segment[] = [];
  readonly #memory: OutputMemory;
  readonly #ring: Ring;
  #end = 0;
  #exit: Exit | undefined;

  private constructor(parts: LogParts & { principal: PrincipalId }) {
    this.#folder = parts.folder;
    this.principal = parts.principal;
    this.#usage = parts.usage;
    this.#memory = parts.memory;
    this.#ring = new Ring(parts.memory);
  }

  /** An empty one in a folder of its own, which says at once whose it is. */
  static async create(parts: LogParts & { principal: PrincipalId }): Promise<SpoolLog> {
    const log = new SpoolLog(parts);
    await mkdir(parts.folder, { recursive: true, mode: 0o700 });
    await log.#describe();
    return log;
  }

  /** The log in this folder; one that was never sealed is sealed now. `undefined` where it is none. Counts nothing. */
  static async load(parts: LogParts): Promise<SpoolLog | undefined> {
    const text = await readFile(join(parts.folder, descriptionFile), "utf8").catch(() => "");
    const description = parse(text);
    if (description === undefined) return undefined;
    const log = new SpoolLog({ ...parts, principal: description.principal });
    if (description.exit === undefined) await log.#recover();
    else {
      log.#segments.push(...(description.segments ?? []).map((span) => Segment.stored(parts.folder, span)));
      log.#end = description.end ?? 0;
      log.#exit = description.exit;
    }
    return log;
  }

  /** As readers see it now: what waits for the disk is no part of it. */
  view(): LogView {
    const base = this.#segments[0]?.base ?? this.#end;
    return this.#exit === undefined ? { base, end: this.#end } : { base, end: this.#end, exit: this.#exit };
  }

  /** The offset after the last byte that can be read. */
  get end(): number {
    return this.#end;
  }

  /** Bytes on disk. */
  get bytes(): number {
    return this.#segments.reduce((sum, { size }) => sum + size, 0);
  }

  /** How much the next append may take, headers counted. */
  get room(): number {
    const inSegment = this.#segmentBytes - (this.#segments.at(-1)?.size ?? this.#segmentBytes);
    const segmentRoom = inSegment > headerBytes ? inSegment : this.#segmentBytes;
    return Math.min(segmentRoom, this.#usage.caps.perCall - this.bytes, this.#usage.left(this.principal));
  }

  /** Whether its own cap is what stands in the way, and not what others occupy. */
  get isFull(): boolean {
    return this.#usage.caps.perCall - this.bytes <= headerBytes;
  }

  /** Bytes that were taken and wait for the disk. */
  get waiting(): number {
    return this.#ring.end - this.#end;
  }

  /** Takes bytes; answers the offset behind them. Readers see them once `flush` has written them, and not before. */
  push(channel: Channel, bytes: Uint8Array): number {
    this.#ring.push(channel, bytes);
    return this.#ring.end;
  }

  /** Writes the oldest that wait, at most `maxBytes` and what fits into `room`, and keeps so many slabs at hand. */
  async flush(maxBytes: number, keep: number): Promise<void> {
    const waiting = { to: this.#ring.end, maxBytes, maxSlabs: Number.POSITIVE_INFINITY };
    const slice = this.#ring.slice(this.#end, waiting);
    if (slice === undefined) throw new Error("Cannot flush what is not there");
    const records = fitting(slice.pieces, this.room);
    const bytes = sizeOf(records);
    this.#usage.add(this.principal, bytes);
    try {
      await (await this.#segmentFor(bytes)).append(records);
    } catch (error) {
      this.#usage.add(this.principal, -bytes);
      throw error;
    } finally {
      for (const slab of slice.slabs) slab.release();
    }
    this.#end += bytes - records.length * headerBytes;
    this.#ring.trim(this.#end, keep);
  }

  /** What can be read without the disk; `undefined` where it is needed. */
  peek(offset: number, maxBytes: number): Excerpt | undefined {
    const view = this.view();
    if (offset < view.base)
      return new SlabExcerpt({ view, pieces: [{ kind: "hole", offset, to: view.base }], slabs: [] });
    if (offset >= this.#end) return new SlabExcerpt({ view, pieces: [], slabs: [] });
    // A slab at a time: pieces stay as large as they were written.
    const slice = this.#ring.slice(offset, { to: this.#end, maxBytes, maxSlabs: 1 });
    return slice && new SlabExcerpt({ view, ...slice });
  }

  /** From what is at hand or from the disk; of what was thrown away meanwhile a hole. */
  async read(offset: number, maxBytes: number): Promise<Excerpt> {
    const atHand = this.peek(offset, maxBytes);
    if (atHand !== undefined) return atHand;
    const segment = this.#segments.findLast((each) => each.base <= offset);
    const slab = this.#memory.take();
    try {
      const view = this.view();
      const pieces = (await segment?.read(offset, maxBytes, slab.buffer)) ?? [];
      return new SlabExcerpt({ view, pieces, slabs: [slab] });
    } catch (error) {
      slab.release();
      // Thrown away between the look and the read: what is left begins later now.
      if (segment !== undefined && this.#segments.includes(segment)) throw error;
      return await this.read(offset, maxBytes);
    }
  }

  /** Throws away the oldest segment. Answers whether there was one. */
  async dropOldest(): Promise<boolean> {
    const [oldest] = this.#segments.splice(0, 1);
    if (oldest === undefined) return false;
    this.#usage.add(this.principal, -oldest.size);
    await oldest.remove();
    if (this.#exit !== undefined) await this.#describe();
    return true;
  }

  /** Throws away the oldest segment if all of it lies below `offset`. */
  async dropBelow(offset: number): Promise<boolean> {
    const [oldest] = this.#segments;
    return oldest !== undefined && oldest.end <= offset && (await this.dropOldest());
  }

  /** Throws away what waits, before it was ever written; only where nothing is kept. */
  skip(): void {
    this.#end = this.#ring.end;
    this.#ring.trim(this.#end, 0);
  }

  /** Nothing follows. Readers know it even where it cannot be written down. */
  async seal(exit: Exit): Promise<void> {
    this.#exit = exit;
    this.#ring.trim(this.#ring.end, 0);
    await this.#segments.at(-1)?.close();
    await this.#describe();
  }

  /** Nothing of it is left; whoever reads it is told that there is none. */
  async remove(): Promise<void> {
    this.#usage.add(this.principal, -this.bytes);
    this.#segments.length = 0;
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #segmentBytes(): number {
    return Math.max(headerBytes + 1, Math.floor(this.#usage.caps.perCall / segmentsPerLog));
  }

  async #segmentFor(bytes: number): Promise<Segment> {
    const last = this.#segments.at(-1);
    if (last !== undefined && last.size + bytes <= this.#segmentBytes) return last;
    const next = await Segment.create(this.#folder, this.#end);
    this.#segments.push(next);
    await last?.close();
    return next;
  }

  async #recover(): Promise<void> {
    const bases = (await readdir(this.#folder)).map(baseOf).filter((base) => base !== undefined);
    for (const base of bases.toSorted((a, b) => a - b)) {
      const segment = await Segment.recovered(this.#folder, base);
      this.#segments.push(segment);
      this.#end = segment.end;
    }
    await this.seal(lostExit);
  }

  /** Replaced as one, so that a crash leaves the old or the new. */
  async #describe(): Promise<void> {
    const segments = this.#segments.map(({ base, end, size }) => ({ base, end, size }));
    const sealed = this.#exit === undefined ? {} : { exit: this.#exit, end: this.#end, segments };
    const description: Description = { principal: this.principal, ...sealed };
    const file = join(this.#folder, descriptionFile);
    await writeFile(`${file}.new`, JSON.stringify(description), { mode: 0o600 });
    await rename(`${file}.new`, file);
  }
}

/** Pieces as records, as many as there is room for. */
function fitting(pieces: readonly Written[], room: number): Written[] {
  const records: Written[] = [];
  let left = room;
  for (const { channel, bytes } of pieces) {
    const some = bytes.subarray(0, Math.min(maxRecordBytes, left - headerBytes));
    if (left <= headerBytes || records.length === batchRecords) break;
    records.push({ channel, bytes: some });
    left -= headerBytes + some.length;
    if (some.length < bytes.length) break;
  }
  return records;
}

function parse(text: string): Description | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
