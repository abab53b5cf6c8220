import type { Clock } from "../../base/clock.ts";

interface Bucket {
  tokens: number;
  atMs: number;
}

/** A bucket is full again after so long, whatever was taken: then it need not be remembered. */
const refillMs = 1000;

/** A bucket of tokens per name: `perSecond` of them flow in each second, and no more than that are kept. */
export class TokenBuckets {
  readonly #clock: Clock;
  readonly #perSecond: number;
  /** In order of last use; those at the front are forgotten once they are full. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(parts: { clock: Clock; perSecond: number }) {
    this.#clock = parts.clock;
    this.#perSecond = parts.perSecond;
  }

  /** How many names are remembered: those that took a token in the last second. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes a token and answers 0, or takes none and answers the milliseconds until there is one. */
  take(name: string): number {
    const nowMs = this.#clock.monotonicMs();
    this.#forgetUntil(nowMs - refillMs);
    const tokens = this.#tokensOf(name, nowMs);
    if (tokens < 1) return Math.ceil(((1 - tokens) * refillMs) / this.#perSecond);
    this.#buckets.delete(name);
    this.#buckets.set(name, { tokens: tokens - 1, atMs: nowMs });
    return 0;
  }

  #tokensOf(name: string, nowMs: number): number {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) return this.#perSecond;
    return Math.min(this.#perSecond, bucket.tokens + ((nowMs - bucket.atMs) * this.#perSecond) / refillMs);
  }

  #forgetUntil(untilMs: number): void {
    for (const [name, { atMs }] of this.#buckets) {
      if (atMs > untilMs) return;
      this.#buckets.delete(name);
    }
  }
}
