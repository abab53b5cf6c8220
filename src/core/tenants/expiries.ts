import type { Clock } from "../../base/clock.ts";
import type { TokenId } from "../../protocol/ids.ts";

/**
 * Tokens in use that expire: one timer for the earliest of them. The countdown is monotonic, so a wall clock
 * that is set forward closes nothing early. Holds a token until it ends; one without an expiry never.
 */
export class Expiries implements Disposable {
  readonly #clock: Clock;
  readonly #onExpired: (token: TokenId) => void;
  readonly #endsAtMs = new Map<TokenId, number>();
  #timer: { atMs: number; handle: Disposable } | undefined;

  constructor(parts: { clock: Clock; onExpired: (token: TokenId) => void }) {
    this.#clock = parts.clock;
    this.#onExpired = parts.onExpired;
  }

  /** How many tokens are watched. */
  get size(): number {
    return this.#endsAtMs.size;
  }

  /** Watches a token that is in use; the first countdown stays. */
  watch(token: TokenId, expiresAt: number | null): void {
    if (expiresAt !== null && !this.#endsAtMs.has(token)) this.#count(token, expiresAt);
  }

  /** A watched token now ends at another time. */
  change(token: TokenId, expiresAt: number): void {
    this.#count(token, expiresAt);
  }

  /** It has ended in another way, and is not told of any more. */
  forget(token: TokenId): void {
    this.#endsAtMs.delete(token);
    this.#arm();
  }

  #count(token: TokenId, expiresAt: number): void {
    this.#endsAtMs.set(token, this.#clock.monotonicMs() + expiresAt - this.#clock.wallMs());
    this.#arm();
  }

  #arm(): void {
    const atMs = Math.min(...this.#endsAtMs.values());
    if (this.#timer?.atMs === atMs) return;
    this.#timer?.handle[Symbol.dispose]();
    this.#timer = undefined;
    if (atMs === Number.POSITIVE_INFINITY) return;
    const handle = this.#clock.timer(Math.ceil(atMs - this.#clock.monotonicMs()), () => this.#fire());
    this.#timer = { atMs, handle };
  }

  /** Timers have a longest delay and may fire early; what is left decides, not the timer. */
  #fire(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.monotonicMs();
    const due = [...this.#endsAtMs].filter(([, atMs]) => atMs <= nowMs).map(([token]) => token);
    for (const token of due) this.#endsAtMs.delete(token);
    this.#arm();
    for (const token of due) this.#onExpired(token);
  }

  [Symbol.dispose](): void {
    this.#timer?.handle[Symbol.dispose]();
    this.#timer = undefined;
    this.#endsAtMs.clear();
  }
}
