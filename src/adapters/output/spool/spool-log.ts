import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Exit, LogView, Piece } from "../../../core/processes/output-log.ts";
import type { PrincipalId } from "../../../protocol/ids.ts";
import { headerBytes, sizeOf, type Written } from "./record.ts";
import { Ring } from "./ring.ts";
import { baseOf, Segment } from "./segment.ts";
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
/** How a log ends whose daemon was killed: the command went with it. */
const lostExit: Exit = { code: null, signal: 9 };

/** One log on disk: a folder with its segments and what is known of it. */
export class SpoolLog {
  readonly principal: PrincipalId;
  readonly #folder: string;
  readonly #usage: Usage;
  readonly #segments: Segment[] = [];
  readonly #ring = new Ring();
  #end = 0;
  #exit: Exit | undefined;

  private constructor(parts: { folder: string; principal: PrincipalId; usage: Usage }) {
    this.#folder = parts.folder;
    this.principal = parts.principal;
    this.#usage = parts.usage;
  }

  static async create(parts: { folder: string; principal: PrincipalId; usage: Usage }): Promise<SpoolLog> {
    const log = new SpoolLog(parts);
    await mkdir(parts.folder, { recursive: true, mode: 0o700 });
    await log.#describe();
    return log;
  }

  /** The log in this folder; one that was never sealed is sealed now. `undefined` where it is none. Counts nothing. */
  static async load(parts: { folder: string; usage: Usage }): Promise<SpoolLog | undefined> {
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

  view(): LogView {
    const base = this.#segments[0]?.base ?? this.#end;
    return this.#exit === undefined ? { base, end: this.#end } : { base, end: this.#end, exit: this.#exit };
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

  /** Appends records that fit into `room`. Readers see them when this resolves, and not before. */
  async append(records: readonly Written[]): Promise<void> {
    const bytes = sizeOf(records);
    this.#usage.add(this.principal, bytes);
    try {
      await (await this.#segmentFor(bytes)).append(records);
    } catch (error) {
      this.#usage.add(this.principal, -bytes);
      throw error;
    }
    for (const record of records) {
      this.#ring.push(this.#end, record);
      this.#end += record.bytes.length;
    }
  }

  async read(offset: number, maxBytes: number): Promise<Piece[]> {
    const { base } = this.view();
    if (offset < base) return [{ kind: "hole", offset, to: base }, ...(await this.read(base, maxBytes))];
    if (offset >= this.#end) return [];
    const segment = this.#segments.findLast((each) => each.base <= offset);
    const atHand = this.#ring.read(offset, maxBytes);
    if (atHand !== undefined || segment === undefined) return atHand ?? [];
    try {
      return await segment.read(offset, maxBytes);
    } catch (error) {
      // Thrown away between the look and the read: what is left begins later now.
      if (this.#segments.includes(segment)) throw error;
      return await this.read(offset, maxBytes);
    }
  }

  /** Throws away the oldest segment. Answers whether there was one. */
  async dropOldest(): Promise<boolean> {
    const [oldest] = this.#segments.splice(0, 1);
    if (oldest === undefined) return false;
    if (this.#segments.length === 0) this.#ring.clear();
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

  /** Counts bytes that were thrown away before they were written; only where nothing is kept. */
  skip(bytes: number): void {
    this.#end += bytes;
  }

  /** Nothing follows. Readers know it even where it cannot be written down. */
  async seal(exit: Exit): Promise<void> {
    this.#exit = exit;
    this.#ring.clear();
    await this.#segments.at(-1)?.close();
    await this.#describe();
  }

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

function parse(text: string): Description | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
