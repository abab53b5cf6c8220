import { Cancelled, type CancelledBy, LinkedAbort } from "./abort.ts";
import type { Clock } from "./clock.ts";

interface TimeLimit {
  clock: Clock;
  afterMs: number;
  /** What its signal says where the time was too short. */
  by: CancelledBy;
}

/** Aborts with its parent, or by itself after so long. Disposed before, it does neither. */
export class TimedAbort implements Disposable {
  readonly #link: LinkedAbort;
  readonly #timer: Disposable;
  #isLate = false;

  constructor(parent: AbortSignal, { clock, afterMs, by }: TimeLimit) {
    this.#link = new LinkedAbort(parent);
    this.#timer = clock.timer(afterMs, () => {
      this.#isLate = !this.#link.signal.aborted;
      this.#link.abort(new Cancelled(by));
    });
  }

  get signal(): AbortSignal {
    return this.#link.signal;
  }

  /** Whether it was the time that ended it. */
  get isLate(): boolean {
    return this.#isLate;
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
    this.#link[Symbol.dispose]();
  }
}
