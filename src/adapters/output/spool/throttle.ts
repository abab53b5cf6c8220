import type { Clock } from "../../../base/clock.ts";
import { orLate } from "../../../base/or-late.ts";

/** A flood that goes slower than this a moment ago may make up for so much. */
const burstMs = 64;
/** No timer is finer. */
const finestMs = 1;

/** How fast commands are drained that nobody reads along: each at most so fast, and all together. In bytes a second. */
export class DrainRate {
  readonly #each: number;
  readonly #all: number;
  /** When the last of all writes so far would be over at the rate of all. */
  #allDueMs = Number.NEGATIVE_INFINITY;

  constructor(rates: { each: number; all: number }) {
    this.#each = rates.each;
    this.#all = rates.all;
  }

  /**
   * When the next write of one is due that has written so much now, its last one being due at `dueMs`: behind its
   * own, and behind those of all the others, so that each gets its turn and the same share.
   */
  dueAfter(bytes: number, { dueMs, nowMs }: { dueMs: number; nowMs: number }): number {
    this.#allDueMs = after(this.#allDueMs, nowMs, bytes / this.#all);
    return Math.max(after(dueMs, nowMs, bytes / this.#each), this.#allDueMs);
  }
}

function after(dueMs: number, nowMs: number, seconds: number): number {
  return Math.max(dueMs, nowMs - burstMs) + seconds * 1000;
}

/**
 * One command's part of the rate, kept as one moment: when its next write is due. That is the generic cell rate algorithm
 * (ITU-T I.371): a leaky bucket without a timer of its own.
 */
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

  /** So much was written now. */
  spend(bytes: number): void {
    this.#dueMs = this.#rate.dueAfter(bytes, { dueMs: this.#dueMs, nowMs: this.#clock.monotonicMs() });
  }

  async #wait(waitMs: number, sooner: Promise<void>): Promise<void> {
    await orLate(sooner, { clock: this.#clock, afterMs: waitMs });
  }
}
