import type { Role, Scope } from "../../protocol/access-methods.ts";
import type { CallId, PrincipalId, TokenId } from "../../protocol/ids.ts";

/**
 * Somebody whom calls, tokens and limits belong to. Times are milliseconds since 1970; `null` while it is not
 * suspended.
 */
export interface PrincipalRow {
  id: PrincipalId;
  name: string;
  role: Role;
  createdAt: number;
  suspendedAt: number | null;
}

/**
 * A token as it is kept: it lets in whoever knows the secret, within its scopes, tools and roots. Times are
 * milliseconds since 1970; `null` for never, and for no limit.
 */
export interface TokenRow {
  id: TokenId;
  principal: PrincipalId;
  name: string;
  /** SHA-256 of the secret, hex. */
  hash: string;
  scopes: Scope[];
  tools: string[];
  roots: string[];
  createdAt: number;
  expiresAt: number | null;
  revokedAt: number | null;
  /** What the calls of this token may spend a day (UTC), within what its principal may. */
  usdPerDay: number | null;
  tokensPerDay: number | null;
}

/** A token together with what is true of its principal. */
export type OwnedToken = TokenRow & { suspended: boolean; role: Role };

/** How a token ends: now, or at another time. What is revoked stays so, and an expiry only comes nearer. */
export interface TokenEnd {
  id: TokenId;
  revokedAt?: number;
  expiresAt?: number;
  audit: AuditEntry;
}

export interface RemovedPrincipal {
  calls: CallId[];
  tokens: TokenId[];
}

/** An act of administration, or a stranger's try to get in; calls have a journal of their own. */
export interface AuditEntry {
  /** Milliseconds since 1970. */
  at: number;
  principal: PrincipalId;
  act: string;
  /** JSON text without secrets. */
  facts: string;
}

/** Principals and tokens, and the record of what was done with them. */
export interface TenantVerbs {
  /** `exists` where the id or the name is taken. */
  putPrincipal(request: { principal: PrincipalRow; audit?: AuditEntry }): Promise<"new" | "exists">;
  principal(request: { id: PrincipalId }): Promise<PrincipalRow | undefined>;
  principals(): Promise<PrincipalRow[]>;
  /** Ends its sessions as well. */
  suspendPrincipal(request: { id: PrincipalId; at: number; audit: AuditEntry }): Promise<PrincipalRow | undefined>;
  /** Suspended no more. */
  resumePrincipal(request: { id: PrincipalId; audit: AuditEntry }): Promise<PrincipalRow | undefined>;
  /**
   * Removes the principal with tokens, sessions, threads, calls and journals; spend and audit rows stay. Answers what
   * of that may still be in use, `undefined` where there is no such principal.
   */
  removePrincipal(request: { id: PrincipalId; audit: AuditEntry }): Promise<RemovedPrincipal | undefined>;

  putToken(request: { token: TokenRow; audit?: AuditEntry }): Promise<void>;
  token(request: { id: TokenId }): Promise<OwnedToken | undefined>;
  /** Those of a principal, or whose id begins with a prefix. */
  tokens(request: { principal?: PrincipalId; prefix?: string }): Promise<TokenRow[]>;
  /** How many of the principal's are neither revoked nor expired. */
  countTokens(request: { principal: PrincipalId; now: number }): Promise<number>;
  /** Revokes now and ends its sessions, or lets it expire at `expiresAt`. */
  endToken(request: TokenEnd): Promise<TokenRow | undefined>;
  /**
   * Keeps the new one and ends the old one, which it answers; `undefined` and neither where that is unknown or was
   * revoked. What both may spend a day they spend together.
   */
  rotateToken(request: { token: TokenRow; audit: AuditEntry; old: TokenEnd }): Promise<TokenRow | undefined>;

  audit(entry: AuditEntry): Promise<void>;
}
