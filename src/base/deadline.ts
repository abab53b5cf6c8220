import { Cancelled, Stop } from "./abort.ts";
import type { Clock } from "./clock.ts";

/**
 * One moment after which work stops, on a clock that does not jump. It can be stopped while a call is
 * paused and goes on with what was left. Its signal aborts with `Cancelled("deadline")`.
 */
export class Deadline implements Disposable {
  readonly #clock: Clock;
  readonly #stop = new Stop();
  readonly #onPassed: () => void;
  #timer: Disposable | undefined;
  #leftMs: number;
  #runningSinceMs: number | undefined;

  /** `onPassed` runs once, when nothing is left. */
  constructor(clock: Clock, leftMs: number, onPassed: () => void = () => {}) {
    this.#clock = clock;
    this.#onPassed = onPassed;
    this.#leftMs = leftMs;
    this.go();
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Milliseconds left; `Infinity` where there is no deadline; never negative. */
  get leftMs(): number {
    const ranMs = this.#runningSinceMs === undefined ? 0 : this.#clock.monotonicMs() - this.#runningSinceMs;
    return Math.max(0, this.#leftMs - ranMs);
  }

  /** Stops the countdown, keeping what is left. */
  stop(): void {
    this.#leftMs = this.leftMs;
    this.#runningSinceMs = undefined;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  /** Goes on counting down; without effect while it runs. */
  go(): void {
    if (this.#runningSinceMs !== undefined || this.#stop.reason !== undefined) return;
    this.#runningSinceMs = this.#clock.monotonicMs();
    this.#arm();
  }

  /** Timers have a longest delay and may fire early; what is left decides, not the timer. */
  #arm(): void {
    if (this.#leftMs === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#clock.timer(Math.ceil(this.leftMs), () => {
      if (this.leftMs > 0) return this.#arm();
      this.#stop.decide(new Cancelled("deadline"));
      this.#onPassed();
    });
  }

  [Symbol.dispose](): void {
    this.stop();
  }
}
