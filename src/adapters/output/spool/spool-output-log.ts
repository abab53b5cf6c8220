import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../../base/clock.ts";
import type {
  Excerpt,
  Follower,
  LogView,
  OpenLog,
  OutputLog,
  OutputWriter,
  Reader,
} from "../../../core/processes/output-log.ts";
import type { CallId, PrincipalId } from "../../../protocol/ids.ts";
import { Followers } from "./followers.ts";
import { OutputMemory } from "./output-memory.ts";
import { type Sealed, SealedLogs } from "./sealed-logs.ts";
import { SpoolLog } from "./spool-log.ts";
import { SpoolWriter } from "./spool-writer.ts";
import { DrainRate } from "./throttle.ts";
import { type Caps, capsWithin, Usage } from "./usage.ts";

interface SpoolParts {
  folder: string;
  caps?: Caps;
  /** How fast a command is drained that nobody reads along; all such together at most four times that. */
  bytesPerSecond?: number;
  clock: Clock;
}

const loadedAtOnce = 64;
const defaultBytesPerSecond = 16_000_000;
const drainedTogether = 4;

/**
 * The logs of all calls as folders of files. Bytes survive a kill of the daemon, not of the machine: they
 * are written, never synced. A log that was open then is sealed as killed. When a principal, or all together,
 * reach their cap, the bytes of the oldest ended logs go first and read as a hole.
 */
export async function openSpoolOutputLog(parts: SpoolParts): Promise<OutputLog> {
  await mkdir(parts.folder, { recursive: true, mode: 0o700 });
  const memory = new OutputMemory();
  const usage = new Usage(parts.caps ?? capsWithin(Number.POSITIVE_INFINITY));
  const known = new Map<CallId, Sealed>();
  // By name is by age: the ids of calls sort by time.
  const names = (await readdir(parts.folder)).toSorted();
  for (let from = 0; from < names.length; from += loadedAtOnce) {
    const some = names.slice(from, from + loadedAtOnce);
    const loaded = await Promise.all(
      some.map((name) => loadOrRemove({ folder: join(parts.folder, name), usage, memory })),
    );
    for (const [index, log] of loaded.entries())
      if (log !== undefined) known.set(some[index] as CallId, { principal: log.principal, bytes: log.bytes });
  }
  for (const { principal, bytes } of known.values()) usage.add(principal, bytes);
  const load = (call: CallId) => SpoolLog.load({ folder: join(parts.folder, call), usage, memory });
  return new SpoolOutputLog({ ...parts, usage, memory, sealed: new SealedLogs({ known, load }) });
}

/** What is no log is what a crash left of one. */
async function loadOrRemove(parts: Parameters<typeof SpoolLog.load>[0]): Promise<SpoolLog | undefined> {
  const log = await SpoolLog.load(parts);
  if (log === undefined) await rm(parts.folder, { recursive: true, force: true });
  return log;
}

class SpoolOutputLog implements OutputLog {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #rate: DrainRate;
  readonly #usage: Usage;
  readonly #memory: OutputMemory;
  /** Those that are still written. */
  readonly #open = new Map<CallId, SpoolLog>();
  readonly #sealed: SealedLogs;
  readonly #writers = new Map<CallId, SpoolWriter>();
  readonly #followers = new Map<CallId, Followers>();

  constructor(parts: SpoolParts & { usage: Usage; memory: OutputMemory; sealed: SealedLogs }) {
    this.#folder = parts.folder;
    this.#clock = parts.clock;
    const each = parts.bytesPerSecond ?? defaultBytesPerSecond;
    this.#rate = new DrainRate({ each, all: drainedTogether * each });
    this.#usage = parts.usage;
    this.#memory = parts.memory;
    this.#sealed = parts.sealed;
  }

  async open({ call, principal, overflow, starter }: OpenLog): Promise<OutputWriter> {
    if (this.#open.has(call) || this.#sealed.has(call)) throw new Error(`Cannot open a second log for call ${call}`);
    const memory = this.#memory;
    const log = await SpoolLog.create({ folder: join(this.#folder, call), principal, usage: this.#usage, memory });
    const writer = new SpoolWriter({
      log,
      overflow,
      starter,
      memory,
      clock: this.#clock,
      rate: this.#rate,
      followers: this.#followersOf(call),
      trimEnded: () => this.#trimEnded(principal),
      onSealed: () => this.#onSealed(call, log),
    });
    this.#open.set(call, log);
    this.#writers.set(call, writer);
    return writer;
  }

  async view(call: CallId): Promise<LogView | undefined> {
    return (await this.#log(call))?.view();
  }

  peek(call: CallId, offset: number, maxBytes: number): Excerpt | undefined {
    return this.#open.get(call)?.peek(offset, maxBytes);
  }

  async read(call: CallId, offset: number, maxBytes: number): Promise<Excerpt | undefined> {
    return await (await this.#log(call))?.read(offset, maxBytes);
  }

  follow(call: CallId, onMore: () => void): Follower {
    return this.#followersOf(call).add(onMore);
  }

  consumed(call: CallId, offset: number, reader: Reader): void {
    this.#writers.get(call)?.consumed(offset, reader);
  }

  /** A log that is still written stays. */
  async remove(calls: readonly CallId[]): Promise<void> {
    for (const call of calls) {
      if (!this.#sealed.has(call)) continue;
      await this.#sealed.remove(call);
      this.#followers.get(call)?.tell();
    }
    this.#recheck();
  }

  async ended({ after = "" as CallId, limit }: { after?: CallId; limit: number }): Promise<CallId[]> {
    const later = [...this.#sealed.calls()].filter((call) => call > after);
    return later.toSorted().slice(0, limit);
  }

  size(): number {
    return this.#usage.all;
  }

  held(): { principal: PrincipalId; bytes: number }[] {
    return this.#usage.held();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#writers.values()].map((writer) => writer[Symbol.asyncDispose]()));
    this.#followers.clear();
    this.#memory.trim();
  }

  async #log(call: CallId): Promise<SpoolLog | undefined> {
    return this.#open.get(call) ?? (await this.#sealed.get(call));
  }

  /** Room may have come for those who wait for it. */
  #recheck(): void {
    for (const writer of this.#writers.values()) writer.recheck();
  }

  #onSealed(call: CallId, log: SpoolLog): void {
    this.#writers.delete(call);
    this.#open.delete(call);
    this.#sealed.add(call, log);
    this.#forget(call);
    if (this.#writers.size === 0) this.#memory.trim();
    this.#recheck();
  }

  /** Those of a call, before its log has begun and after it has ended too. */
  #followersOf(call: CallId): Followers {
    const known = this.#followers.get(call);
    if (known !== undefined) return known;
    const followers = new Followers({
      onReached: () => this.#writers.get(call)?.recheck(),
      onNone: () => this.#forget(call),
    });
    this.#followers.set(call, followers);
    return followers;
  }

  #forget(call: CallId): void {
    if (!this.#writers.has(call) && this.#followers.get(call)?.isEmpty === true) this.#followers.delete(call);
  }

  /** Where all together are at the cap anybody's oldest log goes, otherwise this principal's. */
  async #trimEnded(principal: PrincipalId): Promise<boolean> {
    const anybody = this.#usage.leftInAll <= this.#usage.left(principal);
    const call = this.#sealed.find((sealed) => anybody || sealed.principal === principal);
    if (call === undefined) return false;
    await this.#sealed.empty(call);
    return true;
  }
}
