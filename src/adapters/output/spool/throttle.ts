import type { Clock } from "../../../base/clock.ts";

const burstMs = 64;

/** A rate with a little credit, kept as one moment: when the next write is due. */
export class Throttle {
  readonly #clock: Clock;
  readonly #bytesPerMs: number;
  #dueMs = Number.NEGATIVE_INFINITY;

  constructor(parts: { clock: Clock; bytesPerSecond: number }) {
    this.#clock = parts.clock;
    this.#bytesPerMs = parts.bytesPerSecond / 1000;
  }

  /** Milliseconds until the next write is due; 0 or less where it is. */
  get waitMs(): number {
    return this.#dueMs - this.#clock.monotonicMs();
  }

  spend(bytes: number): void {
    this.#dueMs = Math.max(this.#dueMs, this.#clock.monotonicMs() - burstMs) + bytes / this.#bytesPerMs;
  }
}
