import type { Clock } from "../../../base/clock.ts";

/** Files that take less are nobody's trouble. */
const shortMs = 50;
/** Who asked or was answered within this time is still there: between two files it may read another from a disk. */
const presentMs = 1000;

/**
 * Who has to rest: whose file took long, for as long as it took, while others ask. So nobody has more than half of the
 * time, however many long files it brings, and others wait for one of them, not for one before each of their own.
 */
export class Rests {
  readonly #clock: Clock;
  readonly #untilMs = new Map<string, number>();
  readonly #seenMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  seen(name: string): void {
    this.#seenMs.delete(name);
    this.#seenMs.set(name, this.#clock.monotonicMs());
    this.#forget();
  }

  took(name: string, ms: number): void {
    const now = this.#clock.monotonicMs();
    if (ms > shortMs) this.#untilMs.set(name, now + ms);
    this.seen(name);
  }

  isResting(name: string): boolean {
    const until = this.#untilMs.get(name) ?? 0;
    return until > this.#clock.monotonicMs() && this.#hasOthers(name);
  }

  /** When the next of those who rest may be free; somebody rests. */
  endsInMs(): number {
    const now = this.#clock.monotonicMs();
    const ends = [...this.#untilMs.values()].filter((until) => until > now);
    return Math.min(presentMs, ...ends.map((until) => until - now));
  }

  #hasOthers(name: string): boolean {
    const since = this.#clock.monotonicMs() - presentMs;
    for (const [other, at] of this.#seenMs) if (other !== name && at > since) return true;
    return false;
  }

  /** Who asked or rested long ago is not remembered. */
  #forget(): void {
    const now = this.#clock.monotonicMs();
    for (const [name, at] of this.#seenMs) if (at <= now - presentMs) this.#seenMs.delete(name);
    for (const [name, until] of this.#untilMs) if (until <= now) this.#untilMs.delete(name);
  }
}
