import type { Clock } from "../../../base/clock.ts";

/** A flood that goes slower than this a moment ago may make up for so much. */
const burstMs = 64;
/** No timer is finer. */
const finestMs = 1;

/** How fast commands are drained that nobody reads along: each at most so fast, and all together. */
export class DrainRate {
  readonly #each: number;
  readonly #all: number;
  #waiting = 0;

  /** In bytes a second. */
  constructor(rates: { each: number; all: number }) {
    this.#each = rates.each;
    this.#all = rates.all;
  }

  /** What one may take now, as those do who wait for their turn. */
  get bytesPerMs(): number {
    return Math.min(this.#each, this.#all / (this.#waiting + 1)) / 1000;
  }

  /** One more waits, until it is disposed. */
  wait(): Disposable {
    this.#waiting += 1;
    return {
      [Symbol.dispose]: () => {
        this.#waiting -= 1;
      },
    };
  }
}

/** One command's part of the rate, kept as one moment: when its next write is due. */
export class Throttle {
  readonly #clock: Clock;
  readonly #rate: DrainRate;
  #dueMs: number;

  constructor(parts: { clock: Clock; rate: DrainRate }) {
    this.#clock = parts.clock;
    this.#rate = parts.rate;
    this.#dueMs = parts.clock.monotonicMs();
  }

  /** Resolves when the next write is due, or when `sooner` does; `undefined` where it is due now. */
  wait(sooner: () => Promise<void>): Promise<void> | undefined {
    const waitMs = this.#dueMs - this.#clock.monotonicMs();
    return waitMs < finestMs ? undefined : this.#wait(waitMs, sooner());
  }

  /** Whoever went at full speed has nothing to make up for. */
  restart(): void {
    this.#dueMs = this.#clock.monotonicMs();
  }

  spend(bytes: number): void {
    this.#dueMs = Math.max(this.#dueMs, this.#clock.monotonicMs() - burstMs) + bytes / this.#rate.bytesPerMs;
  }

  async #wait(waitMs: number, sooner: Promise<void>): Promise<void> {
    const due = Promise.withResolvers<void>();
    using _timer = this.#clock.timer(waitMs, due.resolve);
    using _waiting = this.#rate.wait();
    await Promise.race([due.promise, sooner]);
  }
}
