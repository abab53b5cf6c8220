import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../../base/clock.ts";
import type { LogView, OutputLog, OutputWriter, Overflow, Piece } from "../../../core/processes/output-log.ts";
import type { CallId, PrincipalId } from "../../../protocol/ids.ts";
import { type Sealed, SealedLogs } from "./sealed-logs.ts";
import { SpoolLog } from "./spool-log.ts";
import { SpoolWriter } from "./spool-writer.ts";
import { type Caps, capsWithin, Usage } from "./usage.ts";

interface SpoolParts {
  folder: string;
  caps?: Caps;
  /** How fast a command is drained that nobody reads. */
  bytesPerSecond?: number;
  clock: Clock;
}

const loadedAtOnce = 64;
const defaultBytesPerSecond = 16_000_000;

/**
 * The logs of all calls as folders of files. Bytes survive a kill of the daemon, not of the machine: they
 * are written, never synced. A log that was open then is sealed as killed. When a principal, or all together,
 * reach their cap, the bytes of the oldest ended logs go first and read as a hole.
 */
export async function openSpoolOutputLog(parts: SpoolParts): Promise<OutputLog> {
  await mkdir(parts.folder, { recursive: true, mode: 0o700 });
  const usage = new Usage(parts.caps ?? capsWithin(Number.POSITIVE_INFINITY));
  const known = new Map<CallId, Sealed>();
  // By name is by age: the ids of calls sort by time.
  const names = (await readdir(parts.folder)).toSorted();
  for (let from = 0; from < names.length; from += loadedAtOnce) {
    const some = names.slice(from, from + loadedAtOnce);
    const loaded = await Promise.all(some.map((name) => loadOrRemove(join(parts.folder, name), usage)));
    for (const [index, log] of loaded.entries())
      if (log !== undefined) known.set(some[index] as CallId, { principal: log.principal, bytes: log.bytes });
  }
  for (const { principal, bytes } of known.values()) usage.add(principal, bytes);
  const sealed = new SealedLogs({ known, load: (call) => SpoolLog.load({ folder: join(parts.folder, call), usage }) });
  return new SpoolOutputLog({ ...parts, usage, sealed });
}

/** What is no log is what a crash left of one. */
async function loadOrRemove(folder: string, usage: Usage): Promise<SpoolLog | undefined> {
  const log = await SpoolLog.load({ folder, usage });
  if (log === undefined) await rm(folder, { recursive: true, force: true });
  return log;
}

class SpoolOutputLog implements OutputLog {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #bytesPerSecond: number;
  readonly #usage: Usage;
  /** Those that are still written. */
  readonly #open = new Map<CallId, SpoolLog>();
  readonly #sealed: SealedLogs;
  readonly #writers = new Map<CallId, SpoolWriter>();
  readonly #listeners = new Map<CallId, Set<() => void>>();

  constructor(parts: SpoolParts & { usage: Usage; sealed: SealedLogs }) {
    this.#folder = parts.folder;
    this.#clock = parts.clock;
    this.#bytesPerSecond = parts.bytesPerSecond ?? defaultBytesPerSecond;
    this.#usage = parts.usage;
    this.#sealed = parts.sealed;
  }

  async open(request: { call: CallId; principal: PrincipalId; overflow: Overflow }): Promise<OutputWriter> {
    const { call, principal, overflow } = request;
    if (this.#open.has(call) || this.#sealed.has(call)) throw new Error(`Cannot open a second log for call ${call}`);
    const log = await SpoolLog.create({ folder: join(this.#folder, call), principal, usage: this.#usage });
    const writer = new SpoolWriter({
      log,
      overflow,
      clock: this.#clock,
      bytesPerSecond: this.#bytesPerSecond,
      trimEnded: () => this.#trimEnded(principal),
      onMore: () => this.#tell(call),
      onSealed: () => {
        this.#writers.delete(call);
        this.#open.delete(call);
        this.#sealed.add(call, log);
        this.#recheck();
      },
    });
    this.#open.set(call, log);
    this.#writers.set(call, writer);
    return writer;
  }

  async view(call: CallId): Promise<LogView | undefined> {
    return (await this.#log(call))?.view();
  }

  async read(call: CallId, offset: number, maxBytes: number): Promise<Piece[]> {
    return (await (await this.#log(call))?.read(offset, maxBytes)) ?? [];
  }

  listen(call: CallId, onMore: () => void): Disposable {
    const listeners = this.#listeners.get(call) ?? new Set();
    this.#listeners.set(call, listeners);
    // Wrapped, so that the same function may listen twice.
    const listener = () => onMore();
    listeners.add(listener);
    return {
      [Symbol.dispose]: () => {
        listeners.delete(listener);
        if (listeners.size === 0 && this.#listeners.get(call) === listeners) this.#listeners.delete(call);
      },
    };
  }

  consumed(call: CallId, offset: number): void {
    this.#writers.get(call)?.consumed(offset);
  }

  setHungry(call: CallId, reader: object, hungry: boolean): void {
    this.#writers.get(call)?.setHungry(reader, hungry);
  }

  /** A log that is still written stays. */
  async remove(calls: readonly CallId[]): Promise<void> {
    for (const call of calls) {
      if (!this.#sealed.has(call)) continue;
      await this.#sealed.remove(call);
      this.#tell(call);
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

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#writers.values()].map((writer) => writer[Symbol.asyncDispose]()));
    this.#listeners.clear();
  }

  async #log(call: CallId): Promise<SpoolLog | undefined> {
    return this.#open.get(call) ?? (await this.#sealed.get(call));
  }

  /** Room may have come for those who wait for it. */
  #recheck(): void {
    for (const writer of this.#writers.values()) writer.recheck();
  }

  #tell(call: CallId): void {
    for (const listener of this.#listeners.get(call) ?? []) listener();
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
