import type { Clock } from "../../base/clock.ts";
import type { PrincipalId, TokenId } from "../../protocol/ids.ts";
import type { Store } from "../store/store.ts";
import type { Caller } from "./caller.ts";
import type { Credentials, From } from "./credentials.ts";
import type { Replays } from "./replays.ts";
import { hashOf, newSecret } from "./secrets.ts";

const ttlMs = 60_000;
const maxRemembered = 10_000;

interface Used {
  principal: PrincipalId;
  token: TokenId;
  untilMs: number;
}

/** Tickets stand in for a token where one may not be shown: single use, a minute long, as strong as their token. */
export class Tickets {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #credentials: Credentials;
  readonly #replays: Replays;
  /** Hashes of used tickets while they could have been good: what tells a replay from a guess. */
  readonly #used = new Map<string, Used>();

  constructor(parts: { store: Store; clock: Clock; credentials: Credentials; replays: Replays }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#credentials = parts.credentials;
    this.#replays = parts.replays;
  }

  /** Good once, within a minute, and no longer than the caller's token; only its hash is kept. */
  async create(caller: Caller): Promise<{ ticket: string; ttlMs: number }> {
    const { text, hash } = newSecret();
    const { token, principal } = caller;
    await this.#store.putTicket({ hash, token, principal, expiresAt: this.#clock.wallMs() + ttlMs });
    return { ticket: text, ttlMs };
  }

  /** The caller that the ticket stands for; a second use is refused and told. */
  async redeem(ticket: string, from: From): Promise<Caller> {
    const hash = hashOf(ticket);
    const taken = await this.#store.takeTicket({ hash, now: this.#clock.wallMs() });
    if (taken !== undefined) {
      this.#remember(hash, taken);
      return await this.#credentials.admit(taken.token, from.client);
    }
    const used = this.#used.get(hash);
    if (used === undefined) throw this.#credentials.refused(from);
    throw await this.#replays.refused({ principal: used.principal, what: "ticket", of: used.token }, from);
  }

  #remember(hash: string, ticket: { principal: PrincipalId; token: TokenId }): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [eldest, { untilMs }] of this.#used) {
      if (untilMs > nowMs && this.#used.size < maxRemembered) break;
      this.#used.delete(eldest);
    }
    this.#used.set(hash, { ...ticket, untilMs: nowMs + ttlMs });
  }
}
