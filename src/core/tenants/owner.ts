import type { Clock } from "../../base/clock.ts";
import type { TokenId } from "../../protocol/ids.ts";
import type { Store } from "../store/store.ts";
import type { PrincipalRow, TokenRow } from "../store/tenants.ts";
import { fullGrant } from "./grant.ts";
import type { KnownTokens } from "./known-tokens.ts";
import { liveOwnToken, newOwnToken, ownerId } from "./own-token.ts";
import { isSecretOf, newToken, parseToken } from "./secrets.ts";
import { standingOf } from "./standing.ts";

/** What the start knows of the owner's tokens, and its way to put one where only the owner reads it. */
export interface OwnerRequest {
  /** What the owner's token file holds now; undefined where there is none. */
  kept: string | undefined;
  /** Writes the token where only the daemon's own user can read it. */
  writeSecret(token: string): Promise<void>;
  /** A token of the user's own choice, checked by the settings. */
  ownToken?: string;
}

interface OwnerParts {
  store: Store;
  tokens: KnownTokens;
  clock: Clock;
}

/**
 * Makes sure that the owner can get in and nobody else: the principal, the token in its file (a new one where
 * the file is gone or holds none that is good), and the user's own token. One that is no longer set, or is
 * set anew, ends with its sessions.
 */
export async function ensureOwner(parts: OwnerParts, request: OwnerRequest): Promise<void> {
  const owner = new Owner(parts);
  await owner.ensurePrincipal();
  await owner.ensureFile(request);
  await owner.ensureOwnToken(request.ownToken);
}

class Owner {
  readonly #store: Store;
  readonly #tokens: KnownTokens;
  readonly #clock: Clock;

  constructor(parts: OwnerParts) {
    this.#store = parts.store;
    this.#tokens = parts.tokens;
    this.#clock = parts.clock;
  }

  async ensurePrincipal(): Promise<void> {
    if ((await this.#store.principal({ id: ownerId })) !== undefined) return;
    const createdAt = this.#clock.wallMs();
    const principal: PrincipalRow = { id: ownerId, name: "owner", role: "owner", createdAt, suspendedAt: null };
    await this.#store.putPrincipal({ principal, audit: this.#audit("principal.created", { id: ownerId }) });
  }

  async ensureFile({ kept, writeSecret }: OwnerRequest): Promise<void> {
    if (kept !== undefined && (await this.#isGood(kept))) return;
    const { id, token, hash } = newToken("kept");
    await this.#put({ id, hash, name: "owner" });
    await writeSecret(token);
  }

  async ensureOwnToken(ownToken: string | undefined): Promise<void> {
    const live = await liveOwnToken(this.#store, this.#clock.wallMs());
    if (live !== undefined) {
      if (ownToken !== undefined && isSecretOf(ownToken, live.hash)) return;
      await this.#end(live.id);
    }
    if (ownToken !== undefined) await this.#put({ ...newOwnToken(ownToken), name: "EXAI_WS_TOKEN" });
  }

  async #isGood(kept: string): Promise<boolean> {
    const { id, secret } = parseToken(kept);
    const row = id === undefined ? undefined : await this.#store.token({ id });
    if (row === undefined || row.role !== "owner") return false;
    return isSecretOf(secret, row.hash) && standingOf(row, this.#clock.wallMs()) === "good";
  }

  async #put(made: Pick<TokenRow, "id" | "hash" | "name">): Promise<void> {
    const token: TokenRow = {
      ...made,
      principal: ownerId,
      scopes: [...fullGrant.scopes],
      tools: [...fullGrant.tools],
      roots: [...fullGrant.roots],
      createdAt: this.#clock.wallMs(),
      expiresAt: null,
      revokedAt: null,
      usdPerDay: null,
      tokensPerDay: null,
    };
    await this.#store.putToken({ token, audit: this.#audit("token.created", { id: made.id, name: made.name }) });
  }

  async #end(id: TokenId): Promise<void> {
    const audit = this.#audit("token.revoked", { id });
    await this.#tokens.end({ id, revokedAt: this.#clock.wallMs(), audit });
  }

  #audit(act: string, facts: Record<string, unknown>) {
    return { at: this.#clock.wallMs(), principal: ownerId, act, facts: JSON.stringify(facts) };
  }
}
