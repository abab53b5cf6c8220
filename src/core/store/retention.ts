import type { Clock } from "../../base/clock.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { OutputLog } from "../processes/output-log.ts";
import type { Store } from "./store.ts";

/** An ended call, its journal, its key and its output are kept so long. */
export const keepMs = 7 * 86_400_000;

export interface RetentionParts {
  store: Pick<Store, "sweep">;
  outputs: Pick<OutputLog, "size" | "remove">;
  clock: Clock;
  /** Store and outputs together; the oldest ended calls go first beyond it. */
  maxBytes: number;
  /** Calls that somebody follows now. */
  followed: () => CallId[];
}

/** What goes: ended calls that are old or too much, with their output. Never what runs or is followed. */
export class Retention {
  readonly #parts: RetentionParts;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  /** Step after step until nothing is left to take. Answers how many calls went. */
  async sweep(): Promise<number> {
    for (let gone = 0; ; ) {
      const calls = await this.#step();
      if (calls.length === 0) return gone;
      gone += calls.length;
    }
  }

  async #step(): Promise<CallId[]> {
    const { store, outputs, clock, maxBytes, followed } = this.#parts;
    const now = clock.wallMs();
    const storeBytes = Math.max(0, maxBytes - outputs.size());
    const { calls } = await store.sweep({ endedBefore: now - keepMs, maxBytes: storeBytes, keep: followed(), now });
    await outputs.remove(calls);
    return calls;
  }
}
