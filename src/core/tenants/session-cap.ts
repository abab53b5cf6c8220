import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../protocol/fault.ts";
import type { PrincipalId } from "../../protocol/ids.ts";
import type { SessionRow, Store } from "../store/store.ts";

interface Waiting {
  row: SessionRow;
  kept: PromiseWithResolvers<void>;
}

/**
 * Keeps new sessions as long as their principal has fewer than `max`. Those that come together are counted
 * together, one round at a time, so the limit holds exactly and a thousand at once cost two commits.
 */
export class SessionCap {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #max: number;
  /** Present while a round of that principal runs; holds who came since it began. */
  readonly #rounds = new Map<PrincipalId, Waiting[]>();

  constructor(parts: { store: Store; clock: Clock; max: number }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#max = parts.max;
  }

  /** Durable when it resolves; refuses with `session.limit`. */
  async keep(row: SessionRow): Promise<void> {
    const waiting: Waiting = { row, kept: Promise.withResolvers<void>() };
    const round = this.#rounds.get(row.principal);
    if (round !== undefined) round.push(waiting);
    else void this.#runRounds(row.principal, waiting);
    await waiting.kept.promise;
  }

  async #runRounds(principal: PrincipalId, first: Waiting): Promise<void> {
    let round = [first];
    while (round.length > 0) {
      const next: Waiting[] = [];
      this.#rounds.set(principal, next);
      await this.#admit(principal, round);
      round = next;
    }
    this.#rounds.delete(principal);
  }

  async #admit(principal: PrincipalId, round: readonly Waiting[]): Promise<void> {
    try {
      const known = await this.#store.countSessions({ principal, now: this.#clock.wallMs() });
      const free = Math.max(0, this.#max - known);
      for (const { kept } of round.slice(free)) kept.reject(this.#refusal());
      await Promise.all(
        round.slice(0, free).map(({ row, kept }) => this.#store.putSession(row).then(kept.resolve, kept.reject)),
      );
    } catch (error) {
      for (const { kept } of round) kept.reject(error);
    }
  }

  #refusal(): Fault {
    return new Fault(
      "session.limit",
      `Cannot open a session: this principal has ${this.#max} sessions, expected fewer; resume one of them, or wait until one expires`,
      { facts: { limit: this.#max }, retryAfterMs: 60_000 },
    );
  }
}
