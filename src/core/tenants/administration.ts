import type { Clock } from "../../base/clock.ts";
import type { Ids } from "../../base/ids.ts";
import type { PrincipalView, TokenView } from "../../protocol/access-methods.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId, PrincipalId, TokenId } from "../../protocol/ids.ts";
import type { MethodResult, Params } from "../../protocol/methods.ts";
import type { Store } from "../store/store.ts";
import type { AuditEntry, PrincipalRow, TokenEnd, TokenRow } from "../store/tenants.ts";
import type { Caller } from "./caller.ts";
import type { Doors } from "./doors.ts";
import { checkGrant, checkMayManage } from "./grant.ts";
import { isOwnToken } from "./own-token.ts";
import { ensureOwner, type OwnerRequest } from "./owner.ts";
import { requireScope } from "./scopes.ts";
import { newToken } from "./secrets.ts";
import { standingOf } from "./standing.ts";

const maxLiveTokens = 1000;
/** Whoever replaces the token that they show still gets the answer, which holds the new one. */
const ownOverlapMs = 10_000;

/** Tokens and principals: who may give what to whom. Every act is a row of the audit. */
export class Administration {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #doors: Doors;
  readonly #allRoots: readonly string[];

  constructor(parts: { store: Store; clock: Clock; ids: Ids; doors: Doors; allRoots: readonly string[] }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#ids = parts.ids;
    this.#doors = parts.doors;
    this.#allRoots = parts.allRoots;
  }

  /** At every start, before anybody is let in. */
  ensureOwner(request: OwnerRequest): Promise<void> {
    return ensureOwner({ store: this.#store, tokens: this.#doors.tokens, clock: this.#clock }, request);
  }

  /** A token no wider than the caller's, which needs admin. The text is told here and never again. */
  async createToken(caller: Caller, params: Params<"token.create">): Promise<MethodResult<"token.create">> {
    // A token that could make others would live on in them after its own revocation.
    requireScope(caller, "admin");
    const target = await this.#principal(params.principal ?? caller.principal);
    checkMayManage(caller, target);
    checkGrant(params, caller, { role: target.role, allRoots: this.#allRoots });
    await this.#checkRoom(target.id);
    const { name, scopes, tools, roots, ttlMs, usdPerDay = null, tokensPerDay = null } = params;
    const grant = { name, scopes, tools, roots, usdPerDay, tokensPerDay };
    const { token, row, view } = this.#made(caller, { ...grant, principal: target.id, lifeMs: ttlMs ?? null });
    await this.#store.putToken({ token: row, audit: this.#audit(caller, "token.created", view) });
    return { token, view };
  }

  /** Every token with admin, otherwise the caller's principal's. */
  async listTokens(caller: Caller): Promise<MethodResult<"token.list">> {
    const seesAll = caller.scopes.has("admin") && caller.call === undefined;
    const rows = await this.#store.tokens(seesAll ? {} : { principal: caller.principal });
    const lastUse = (id: TokenId) => this.#doors.tokens.lastUse(id) ?? null;
    return { tokens: rows.map((row) => ({ ...tokenView(row), lastUsedAt: lastUse(row.id) })) };
  }

  /**
   * Ends the token now, with its connections, sessions and tickets, and what came of it by rotations that were its own
   * and not an admin's; whoever shows one of those keeps it. Answers all that ended, the one that was meant first.
   */
  async revokeToken(caller: Caller, { id }: { id: TokenId }): Promise<[TokenView, ...TokenView[]]> {
    const row = await this.#managedToken(caller, id);
    const revocation = this.#revocation(caller, row);
    const [revoked, ...heirs] = await this.#doors.tokens.end({ ...revocation, but: caller.token });
    if (revoked === undefined) throw unknownToken(id);
    return [tokenView(revoked), ...heirs.map(tokenView)];
  }

  /**
   * The same grant under a new secret; the old one stays good for `overlapMs`, and where it is the caller's own for a
   * moment. Where it ends at once it is revoked: `heirs` ended with it.
   */
  async rotateToken(
    caller: Caller,
    params: Params<"token.rotate">,
  ): Promise<MethodResult<"token.rotate"> & { heirs: TokenView[] }> {
    const row = await this.#managedToken(caller, params.id);
    if (isOwnToken(row.id)) throw ownTokenIsASetting();
    if (standingOf(row, this.#clock.wallMs()) === "revoked") throw wasRevoked(row.id);
    await this.#checkRoom(row.principal);
    const lifeMs = row.expiresAt === null ? null : row.expiresAt - row.createdAt;
    const made = this.#made(caller, { ...row, lifeMs });
    const overlapMs = caller.token === row.id ? Math.max(params.overlapMs, ownOverlapMs) : params.overlapMs;
    const old = overlapMs === 0 ? this.#revocation(caller, row) : this.#shortening(caller, row, overlapMs);
    const audit = this.#audit(caller, "token.rotated", { of: row.id, ...made.view });
    // Who may make tokens anyway vouches for what it makes; of all others a token lives on in nothing.
    const maker = caller.scopes.has("admin") ? undefined : caller.token;
    const [rotated, ...heirs] = await this.#doors.tokens.rotate({ token: made.row, audit, old, maker });
    if (rotated === undefined) throw wasRevoked(row.id);
    return { token: made.token, view: made.view, heirs: heirs.map(tokenView) };
  }

  /** It has no token yet. Refuses with `input.invalid` a name that is taken. */
  async createPrincipal(caller: Caller, params: Params<"principal.create">): Promise<PrincipalView> {
    this.#checkAdmin(caller);
    const createdAt = this.#clock.wallMs();
    const principal: PrincipalRow = {
      id: this.#ids.next() as PrincipalId,
      ...params,
      createdAt,
      suspendedAt: null,
    };
    const audit = this.#audit(caller, "principal.created", { id: principal.id, ...params });
    if ((await this.#store.putPrincipal({ principal, audit })) === "exists")
      throw new Fault("input.invalid", `Cannot create principal ${params.name}: the name is taken, expected another`);
    return principal;
  }

  async listPrincipals(caller: Caller): Promise<MethodResult<"principal.list">> {
    requireScope(caller, "admin");
    return { principals: await this.#store.principals() };
  }

  /** Nobody of the principal gets in any more; connections close, sessions end. */
  async suspendPrincipal(caller: Caller, { id }: { id: PrincipalId }): Promise<PrincipalView> {
    await this.#checkMayEnd(caller, id);
    const audit = this.#audit(caller, "principal.suspended", { id });
    const row = await this.#doors.tokens.suspend({ id, at: this.#clock.wallMs(), audit });
    if (row === undefined) throw unknownPrincipal(id);
    return row;
  }

  /** Its tokens let it in again, as far as they did not end meanwhile. */
  async resumePrincipal(caller: Caller, { id }: { id: PrincipalId }): Promise<PrincipalView> {
    await this.#checkMayEnd(caller, id);
    const row = await this.#doors.tokens.resume({ id, audit: this.#audit(caller, "principal.resumed", { id }) });
    if (row === undefined) throw unknownPrincipal(id);
    return row;
  }

  /** The principal with everything of its own; what it did and spent stays on record. Answers the calls it had. */
  async removePrincipal(caller: Caller, { id }: { id: PrincipalId }): Promise<CallId[]> {
    await this.#checkMayEnd(caller, id);
    const audit = this.#audit(caller, "principal.removed", { id });
    const removed = await this.#doors.tokens.remove({ id, audit });
    if (removed === undefined) throw unknownPrincipal(id);
    return removed.calls;
  }

  #made(
    caller: Caller,
    asked: Omit<TokenRow, "id" | "hash" | "createdAt" | "expiresAt" | "revokedAt"> & { lifeMs: number | null },
  ): { token: string; row: TokenRow; view: TokenView } {
    const { lifeMs, ...granted } = asked;
    const { id, token, hash } = newToken("kept");
    const createdAt = this.#clock.wallMs();
    const expiresAt = endOf(caller, lifeMs === null ? null : createdAt + lifeMs);
    const row: TokenRow = { ...granted, id, hash, createdAt, expiresAt, revokedAt: null };
    return { token, row, view: tokenView(row) };
  }

  #revocation(caller: Caller, { id }: TokenRow): TokenEnd {
    return { id, revokedAt: this.#clock.wallMs(), audit: this.#audit(caller, "token.revoked", { id }) };
  }

  #shortening(caller: Caller, { id, expiresAt }: TokenRow, overlapMs: number): TokenEnd {
    const untilMs = this.#clock.wallMs() + overlapMs;
    const endsAt = Math.min(untilMs, expiresAt ?? untilMs);
    return { id, expiresAt: endsAt, audit: this.#audit(caller, "token.ends", { id, endsAt }) };
  }

  /** A token that the caller may act on: of its own principal (or any with admin), and no wider than its own. */
  async #managedToken(caller: Caller, id: TokenId): Promise<TokenRow> {
    const found = await this.#store.token({ id });
    if (found === undefined) throw unknownToken(id);
    const { role, suspended: _suspended, principalName: _principalName, ...row } = found;
    if (row.principal !== caller.principal && !caller.scopes.has("admin")) throw unknownToken(id);
    checkMayManage(caller, { id: row.principal, role });
    checkGrant(row, caller, { role, allRoots: this.#allRoots });
    return row;
  }

  async #principal(id: PrincipalId): Promise<PrincipalRow> {
    const row = await this.#store.principal({ id });
    if (row === undefined || row.suspendedAt !== null) throw unknownPrincipal(id);
    return row;
  }

  async #checkRoom(principal: PrincipalId): Promise<void> {
    const live = await this.#store.countTokens({ principal, now: this.#clock.wallMs() });
    if (live >= maxLiveTokens)
      throw new Fault(
        "input.invalid",
        `Cannot create a token: the principal has ${live}, expected fewer than ${maxLiveTokens}; revoke some`,
      );
  }

  async #checkMayEnd(caller: Caller, id: PrincipalId): Promise<void> {
    this.#checkAdmin(caller);
    const target = await this.#store.principal({ id });
    if (target === undefined) throw unknownPrincipal(id);
    if (target.role === "owner")
      throw new Fault("input.invalid", "Cannot end the owner: a daemon always has one, expected another principal");
  }

  #checkAdmin(caller: Caller): void {
    requireScope(caller, "admin");
    checkMayManage(caller, { id: caller.principal, role: caller.role });
  }

  #audit(caller: Caller, act: string, facts: Record<string, unknown>): AuditEntry {
    const { principal, token } = caller;
    return { at: this.#clock.wallMs(), principal, act, facts: JSON.stringify({ ...facts, by: token }) };
  }
}

/** Without admin nobody gives more time than they have. */
function endOf(caller: Caller, asked: number | null): number | null {
  if (caller.scopes.has("admin") || caller.expiresAt === null) return asked;
  return Math.min(caller.expiresAt, asked ?? caller.expiresAt);
}

function tokenView({ hash: _hash, ...view }: TokenRow): TokenView {
  return view;
}

function unknownToken(id: TokenId): Fault {
  return new Fault("input.invalid", `Cannot find token ${id}, expected one of \`exai tokens list\``);
}

function unknownPrincipal(id: PrincipalId): Fault {
  return new Fault("input.invalid", `Cannot find principal ${id}, expected one that is there and not suspended`);
}

function wasRevoked(id: TokenId): Fault {
  return new Fault("input.invalid", `Cannot rotate token ${id}: it was revoked, expected one that is good`);
}

function ownTokenIsASetting(): Fault {
  return new Fault(
    "input.invalid",
    "Cannot rotate the own token: it is a setting, expected a new value of EXAI_WS_TOKEN",
  );
}
