import type { Clock } from "../../base/clock.ts";
import type { PrincipalId, TokenId } from "../../protocol/ids.ts";

/** A request that was authenticated before a revocation has begun within this time, or never will. */
const refusedForMs = 60_000;

/** Credentials that ended lately: who was let in just before, and starts just after, is refused by them. */
export class Refused {
  readonly #clock: Clock;
  /** Until when they are remembered, by token or principal. */
  readonly #untilMs = new Map<string, number>();

  constructor(parts: { clock: Clock }) {
    this.#clock = parts.clock;
  }

  /** From now on, for a minute. */
  add(name: TokenId | PrincipalId): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [other, untilMs] of this.#untilMs) if (untilMs <= nowMs) this.#untilMs.delete(other);
    this.#untilMs.set(name, nowMs + refusedForMs);
  }

  /** The principal was let in again; tokens that ended stay refused. */
  delete(principal: PrincipalId): void {
    this.#untilMs.delete(principal);
  }

  /** Whether the token, or all of the principal, ended lately. */
  has({ token, principal }: { token?: TokenId; principal: PrincipalId }): boolean {
    return (token !== undefined && this.#untilMs.has(token)) || this.#untilMs.has(principal);
  }
}
