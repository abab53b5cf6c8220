import type { Clock } from "../../base/clock.ts";
import { Turnover } from "../../base/turnover.ts";
import type { TokenId } from "../../protocol/ids.ts";
import type { Store } from "../store/store.ts";
import type { OwnedToken, PrincipalRow, RemovedPrincipal, TokenRow } from "../store/tenants.ts";
import { standingOf } from "./standing.ts";

const keptMs = 1000;
const maxKept = 1024;
const maxUses = 10_000;

export interface KnownTokensParts {
  store: Pick<
    Store,
    "token" | "tokens" | "endToken" | "rotateToken" | "suspendPrincipal" | "resumePrincipal" | "removePrincipal"
  >;
  clock: Clock;
  /** Its connections must close now. */
  onRevoked: (token: TokenId) => void;
  /** Its connections must close then. */
  onShortened: (token: TokenId, expiresAt: number) => void;
}

/**
 * What the store said of the tokens that were shown last, so that a client with many requests has its token read
 * once a second. Only good tokens are kept. Whatever makes another one of a token or a principal goes through here:
 * nobody is let in by what it was before, and what it had open is told to close. The store belongs to one daemon:
 * nobody else changes it.
 */
export class KnownTokens {
  readonly #parts: KnownTokensParts;
  /** The longest known first. */
  readonly #known = new Turnover<TokenId, { row: OwnedToken; untilMs: number }>({ most: maxKept });
  /** When each was shown last since the start, the longest unused first. */
  readonly #uses = new Turnover<TokenId, number>({ most: maxUses });
  #changes = 0;

  constructor(parts: KnownTokensParts) {
    this.#parts = parts;
  }

  /** How many are kept. */
  get size(): number {
    return this.#known.size;
  }

  async row(id: TokenId): Promise<OwnedToken | undefined> {
    const { clock, store } = this.#parts;
    const nowMs = clock.monotonicMs();
    const known = this.#known.get(id);
    if (known !== undefined && known.untilMs > nowMs) return known.row;
    const changes = this.#changes;
    const row = await store.token({ id });
    // What was read before a change may be from before it.
    if (changes === this.#changes) this.#keep(id, row, nowMs + keptMs);
    return row;
  }

  /** Somebody came in with it now. */
  used(id: TokenId): void {
    this.#uses.set(id, this.#parts.clock.wallMs());
  }

  /** When somebody last came in with it, in milliseconds since 1970; nothing where nobody has since the start. */
  lastUse(id: TokenId): number | undefined {
    return this.#uses.get(id);
  }

  /** As the store's verb. */
  async end(request: Parameters<Store["endToken"]>[0]): Promise<TokenRow[]> {
    return this.#ended(await this.#changed(this.#parts.store.endToken(request)));
  }

  /** As the store's verb. */
  async rotate(request: Parameters<Store["rotateToken"]>[0]): Promise<TokenRow[]> {
    return this.#ended(await this.#changed(this.#parts.store.rotateToken(request)));
  }

  /** As the store's verb. */
  async suspend(request: Parameters<Store["suspendPrincipal"]>[0]): Promise<PrincipalRow | undefined> {
    const { store, onRevoked } = this.#parts;
    const row = await this.#changed(store.suspendPrincipal(request));
    if (row !== undefined) for (const { id } of await store.tokens({ principal: request.id })) onRevoked(id);
    return row;
  }

  /** As the store's verb. */
  async resume(request: Parameters<Store["resumePrincipal"]>[0]): Promise<PrincipalRow | undefined> {
    return await this.#changed(this.#parts.store.resumePrincipal(request));
  }

  /** As the store's verb. */
  async remove(request: Parameters<Store["removePrincipal"]>[0]): Promise<RemovedPrincipal | undefined> {
    const removed = await this.#changed(this.#parts.store.removePrincipal(request));
    for (const id of removed?.tokens ?? []) this.#parts.onRevoked(id);
    return removed;
  }

  async #changed<T>(verb: Promise<T>): Promise<T> {
    try {
      return await verb;
    } finally {
      this.#forget();
    }
  }

  #ended(ended: TokenRow[]): TokenRow[] {
    for (const { id, revokedAt, expiresAt } of ended)
      if (revokedAt !== null) this.#parts.onRevoked(id);
      else if (expiresAt !== null) this.#parts.onShortened(id, expiresAt);
    return ended;
  }

  #forget(): void {
    this.#changes += 1;
    this.#known.clear();
  }

  #keep(id: TokenId, row: OwnedToken | undefined, untilMs: number): void {
    this.#known.delete(id);
    if (row === undefined || standingOf(row, this.#parts.clock.wallMs()) !== "good") return;
    this.#known.set(id, { row, untilMs });
  }
}
