import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../../base/clock.ts";
import type { LogView, OutputLog, OutputWriter, Overflow, Piece } from "../../../core/processes/output-log.ts";
import type { CallId, PrincipalId } from "../../../protocol/ids.ts";
import { SpoolLog } from "./spool-log.ts";
import { SpoolWriter } from "./spool-writer.ts";
import { type Caps, Usage } from "./usage.ts";

interface SpoolParts {
  folder: string;
  caps?: Caps;
  /** How fast a command is drained that nobody reads. */
  bytesPerSecond?: number;
  clock: Clock;
}

const MiB = 1024 * 1024;
const defaultCaps: Caps = { perCall: 64 * MiB, perPrincipal: 1024 * MiB, all: 4096 * MiB };
const loadedAtOnce = 64;
const defaultBytesPerSecond = 16_000_000;

/**
 * The logs of all calls as folders of files. Bytes survive a kill of the daemon, not of the machine: they
 * are written, never synced. A log that was open then is sealed as killed. When a principal, or all together,
 * reach their cap, the bytes of the oldest ended logs go first and read as a hole.
 */
export async function openSpoolOutputLog(parts: SpoolParts): Promise<OutputLog> {
  await mkdir(parts.folder, { recursive: true, mode: 0o700 });
  const usage = new Usage(parts.caps ?? defaultCaps);
  const logs = new Map<CallId, SpoolLog>();
  // By name is by age: the ids of calls sort by time.
  const names = (await readdir(parts.folder)).toSorted();
  for (let from = 0; from < names.length; from += loadedAtOnce) {
    const some = names.slice(from, from + loadedAtOnce);
    const loaded = await Promise.all(some.map((name) => loadOrRemove(join(parts.folder, name), usage)));
    for (const [index, log] of loaded.entries()) if (log !== undefined) logs.set(some[index] as CallId, log);
  }
  return new SpoolOutputLog({ ...parts, usage, logs });
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
  /** Oldest first. */
  readonly #logs: Map<CallId, SpoolLog>;
  readonly #writers = new Map<CallId, SpoolWriter>();
  readonly #listeners = new Map<CallId, Set<() => void>>();

  constructor(parts: SpoolParts & { usage: Usage; logs: Map<CallId, SpoolLog> }) {
    this.#folder = parts.folder;
    this.#clock = parts.clock;
    this.#bytesPerSecond = parts.bytesPerSecond ?? defaultBytesPerSecond;
    this.#usage = parts.usage;
    this.#logs = parts.logs;
  }

  async open(request: { call: CallId; principal: PrincipalId; overflow: Overflow }): Promise<OutputWriter> {
    const { call, principal, overflow } = request;
    if (this.#logs.has(call)) throw new Error(`Cannot open a second log for call ${call}`);
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
        this.#recheck();
      },
    });
    this.#logs.set(call, log);
    this.#writers.set(call, writer);
    return writer;
  }

  async view(call: CallId): Promise<LogView | undefined> {
    return this.#logs.get(call)?.view();
  }

  async read(call: CallId, offset: number, maxBytes: number): Promise<Piece[]> {
    return (await this.#logs.get(call)?.read(offset, maxBytes)) ?? [];
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
      const log = this.#logs.get(call);
      if (log === undefined || this.#writers.has(call)) continue;
      this.#logs.delete(call);
      await log.remove();
      this.#tell(call);
    }
    this.#recheck();
  }

  async ended({ after = "" as CallId, limit }: { after?: CallId; limit: number }): Promise<CallId[]> {
    const later = [...this.#logs.keys()].filter((call) => call > after && !this.#writers.has(call));
    return later.toSorted().slice(0, limit);
  }

  size(): number {
    return this.#usage.all;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#writers.values()].map((writer) => writer[Symbol.asyncDispose]()));
    this.#listeners.clear();
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
    for (const [call, log] of this.#logs) {
      if (this.#writers.has(call) || log.bytes === 0 || !(anybody || log.principal === principal)) continue;
      while (await log.dropOldest());
      return true;
    }
    return false;
  }
}
