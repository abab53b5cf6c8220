import type { Clock } from "../base/clock.ts";
import type { CallWatch } from "../core/calls/watch.ts";
import type { OutputLog } from "../core/processes/output-log.ts";
import type { Store } from "../core/store/store.ts";
import type { CallId } from "../protocol/ids.ts";

/** An ended call, its journal and its key are kept so long. */
export const keepMs = 7 * 86_400_000;
const everyMs = 60_000;

export interface SweeperParts {
  store: Store;
  outputs: OutputLog;
  clock: Clock;
  watch: CallWatch;
  /** Everything together; the oldest ended calls go first beyond it. */
  maxBytes: number;
  /** Calls that somebody follows now. */
  followed: () => CallId[];
}

/** Takes away what is old or too much, never what runs or is followed. A round that fails is told and tried again. */
export class Sweeper implements AsyncDisposable {
  readonly #parts: SweeperParts;
  #timer: Disposable | undefined;
  #round: Promise<void> = Promise.resolve();

  constructor(parts: SweeperParts) {
    this.#parts = parts;
    this.#next();
  }

  /** One round: step after step until nothing is left to take. Answers how many calls went. */
  async sweep(): Promise<number> {
    for (let gone = 0; ; ) {
      const calls = await this.#step();
      if (calls.length === 0) return gone;
      gone += calls.length;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    await this.#round;
  }

  async #step(): Promise<CallId[]> {
    const { store, outputs, clock, maxBytes, followed } = this.#parts;
    const now = clock.wallMs();
    const storeBytes = Math.max(0, maxBytes - outputs.size());
    const { calls } = await store.sweep({ endedBefore: now - keepMs, maxBytes: storeBytes, keep: followed(), now });
    await outputs.remove(calls);
    return calls;
  }

  #next(): void {
    this.#timer = this.#parts.clock.timer(everyMs, () => {
      this.#round = this.#tell().finally(() => this.#timer !== undefined && this.#next());
    });
  }

  async #tell(): Promise<void> {
    try {
      await this.sweep();
    } catch (error) {
      this.#parts.watch.swallowed("sweep", error);
    }
  }
}
