import type { Clock } from "../../base/clock.ts";
import type { EventData } from "../../protocol/events.ts";
import type { Pausable } from "../calls/work.ts";

const beatMs = 10_000;
const stalledMs = 60_000;

export interface PulseParts {
  clock: Clock;
  /** Told every 10 s while the work is under way: for how long it has given no sign. */
  tell: (state: EventData<"agent.alive">["state"], quietMs: number) => void;
}

/** Listens to a piece of work until it is disposed, and tells silence from a stall. Of work that rests it says nothing. */
export class Pulse implements Pausable, Disposable {
  readonly #parts: PulseParts;
  #lastSignMs: number;
  #timer: Disposable;

  constructor(parts: PulseParts) {
    this.#parts = parts;
    this.#lastSignMs = parts.clock.monotonicMs();
    this.#timer = this.#next();
  }

  /** The work has given a sign of life. */
  sign(): void {
    this.#lastSignMs = this.#parts.clock.monotonicMs();
  }

  /** No beat comes, and no silence counts, until `resume`. */
  async pause(): Promise<void> {
    this.#timer[Symbol.dispose]();
  }

  /** Silence counts from now on: what passed in the pause does not. */
  async resume(): Promise<void> {
    this.sign();
    this.#timer[Symbol.dispose]();
    this.#timer = this.#next();
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
  }

  #next(): Disposable {
    return this.#parts.clock.timer(beatMs, () => {
      const quietMs = Math.round(this.#parts.clock.monotonicMs() - this.#lastSignMs);
      this.#timer = this.#next();
      this.#parts.tell(quietMs >= stalledMs ? "stalled" : quietMs > beatMs ? "slow" : "working", quietMs);
    });
  }
}
