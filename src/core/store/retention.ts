import type { Clock } from "../../base/clock.ts";
import type { CallId } from "../../protocol/ids.ts";
import { keepMs } from "../../protocol/keep-ms.ts";
import { addUp, bytesIn, type Holding } from "./holding.ts";
import type { Room } from "./room.ts";
import type { Store, Swept } from "./store.ts";

/** What the programs of calls wrote: it goes with its call. */
export interface KeptOutputs {
  /** What each principal's takes. */
  held(): Holding[];
  /** What is still written stays; an unknown call is none. */
  remove(calls: readonly CallId[]): Promise<void>;
  /** Calls whose program writes no more, in order, at most `limit` after the given one. */
  ended(request: { after?: CallId; limit: number }): Promise<CallId[]>;
}

/** What is swept, and by what rules. */
export interface RetentionParts {
  store: Pick<Store, "sweep" | "known">;
  outputs: KeptOutputs;
  clock: Clock;
  /** For store and outputs together; beyond it the oldest of whoever holds most goes, as the store's `sweep` says. */
  room: Room;
  /** Calls that somebody follows now. */
  followed: () => CallId[];
}

/** Beyond the cap so much goes that not every new call passes it again. */
const partThatStays = 0.9;
/** Logs looked at in one sweep. */
const logsASweep = 1000;

/** What goes: ended calls that are old, calls with their output and conversations that are too much, and output whose call is gone. Never what runs or is followed. */
export class Retention {
  readonly #parts: RetentionParts;
  /** The logs up to this one were looked at. */
  #lookedAt: CallId | undefined;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  /** Step after step until nothing is left to take. Answers how many calls went. */
  async sweep(): Promise<number> {
    await this.#removeOrphans();
    const { room, outputs } = this.#parts;
    const lowBytes = partThatStays * room.maxBytes;
    for (let gone = 0, maxBytes = room.isPassed ? lowBytes : room.maxBytes; ; ) {
      const { calls, threads, left } = await this.#step(maxBytes);
      gone += calls.length;
      const held = addUp([...left, ...outputs.held()]);
      if (bytesIn(held) > room.maxBytes) maxBytes = lowBytes;
      if (calls.length + threads > 0) continue;
      room.counted(held);
      return gone;
    }
  }

  async #step(maxBytes: number): Promise<Swept> {
    const { store, outputs, clock, followed } = this.#parts;
    const now = clock.wallMs();
    const elsewhere = outputs.held();
    const swept = await store.sweep({ endedBefore: now - keepMs, maxBytes, elsewhere, keep: followed(), now });
    await outputs.remove(swept.calls);
    return swept;
  }

  /** What a crash or a removed principal left; a part of all in each sweep, one after the other. */
  async #removeOrphans(): Promise<void> {
    const { store, outputs } = this.#parts;
    const after = this.#lookedAt;
    const calls = await outputs.ended({ limit: logsASweep, ...(after === undefined ? {} : { after }) });
    this.#lookedAt = calls.at(-1);
    const known = new Set(await store.known({ calls }));
    await outputs.remove(calls.filter((call) => !known.has(call)));
  }
}
