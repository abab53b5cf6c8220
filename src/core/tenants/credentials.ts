import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId, TokenId } from "../../protocol/ids.ts";
import type { Store } from "../store/store.ts";
import type { OwnedToken } from "../store/tenants.ts";
import type { Allowance } from "./allowance.ts";
import type { Caller } from "./caller.ts";
import type { Expiries } from "./expiries.ts";
import type { KnownTokens } from "./known-tokens.ts";
import { liveOwnToken } from "./own-token.ts";
import { rootsOf } from "./roots.ts";
import { isSecretOf, newToken, parseToken } from "./secrets.ts";
import type { SlowDown } from "./slow-down.ts";
import { refusalOf, standingOf } from "./standing.ts";

/** Where a credential came from: the remote address and the client program's name. */
export interface From {
  /** As the listener tells it, a trusted proxy's word included. */
  address: string;
  client: string;
}

/** Whose rights a running call has, and what is left of them. */
export type Giver = Pick<Caller, "token" | "allowance">;

/** A token that lives as long as a running call. */
interface Bound {
  id: TokenId;
  hash: string;
  token: TokenId;
  call: CallId;
  allowance: Allowance | undefined;
}

/** Tokens into callers. Every refusal is the same for the same kind of reason, whoever asks. */
export class Credentials {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #allRoots: readonly string[];
  readonly #slowDown: SlowDown;
  readonly #expiries: Expiries;
  readonly #known: KnownTokens;
  readonly #bound = new Map<TokenId, Bound>();

  constructor(parts: {
    store: Store;
    clock: Clock;
    allRoots: readonly string[];
    slowDown: SlowDown;
    expiries: Expiries;
    known: KnownTokens;
  }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#allRoots = parts.allRoots;
    this.#slowDown = parts.slowDown;
    this.#expiries = parts.expiries;
    this.#known = parts.known;
  }

  /** Who shows this token. A valid one is let in however often its address failed before. */
  async authenticate(text: string, from: From): Promise<Caller> {
    const { id, secret } = parseToken(text);
    const bound = id === undefined ? undefined : this.#bound.get(id);
    const token = bound?.token ?? id ?? (await liveOwnToken(this.#store, this.#clock.wallMs()))?.id;
    const row = token === undefined ? undefined : await this.#known.row(token);
    const isGood = isSecretOf(secret, bound === undefined ? row?.hash : bound.hash);
    // The call may have ended while the store was asked.
    if (!isGood || (bound !== undefined && !this.#isBound(bound))) throw this.refused(from);
    const caller = this.#callerOf(row, from.client);
    return bound === undefined ? caller : { ...caller, ...rightsOf(bound, caller) };
  }

  /** The caller that a token stands for now; refuses where it has ended. */
  async admit(token: TokenId, client: string): Promise<Caller> {
    return this.#callerOf(await this.#store.token({ id: token }), client);
  }

  #isBound({ id }: Bound): boolean {
    return this.#bound.has(id);
  }

  #callerOf(row: OwnedToken | undefined, client: string): Caller {
    const opening = "Cannot authenticate: the token";
    if (row === undefined) throw refusalOf("revoked", opening);
    const standing = standingOf(row, this.#clock.wallMs());
    if (standing !== "good") throw refusalOf(standing, opening);
    this.#expiries.watch(row.id, row.expiresAt);
    this.#known.used(row.id);
    return {
      principal: row.principal,
      principalName: row.principalName,
      role: row.role,
      token: row.id,
      scopes: new Set(row.scopes),
      tools: row.tools,
      roots: rootsOf(row.roots, this.#allRoots),
      expiresAt: row.expiresAt,
      client,
    };
  }

  /** Counts a failed attempt against its address: `auth.invalid` at first, `auth.slowed` when it goes on. */
  refused(from: From): Fault {
    const waitMs = this.#slowDown.failed(from.address);
    if (waitMs === 0)
      return new Fault(
        "auth.invalid",
        "Cannot authenticate: the credential is not valid, expected a token of this daemon",
      );
    return new Fault(
      "auth.slowed",
      `Cannot authenticate: too many failed attempts from this address, expected a valid token or a wait of ${waitMs} ms`,
      { retryAfterMs: waitMs },
    );
  }

  /** A token for what a running call starts; good until it is disposed. */
  bindCall({ token, allowance }: Giver, call: CallId): { id: TokenId; token: string } & Disposable {
    const made = newToken("call");
    this.#bound.set(made.id, { id: made.id, hash: made.hash, token, call, allowance });
    return { id: made.id, token: made.token, [Symbol.dispose]: () => void this.#bound.delete(made.id) };
  }
}

/** What the call's own credential is: never more than the token behind it is good for now. */
function rightsOf({ call, allowance }: Bound, { scopes }: Caller): Partial<Caller> {
  if (allowance === undefined) return { call };
  return { call, allowance, scopes: new Set(allowance.scopes.filter((scope) => scopes.has(scope))) };
}
