import type { Role, Scope } from "../../protocol/access-methods.ts";
import type { CallId, PrincipalId, TokenId } from "../../protocol/ids.ts";

/**
 * Somebody whom calls, tokens and limits belong to. Times are milliseconds since 1970; `null` while it is not
 * suspended.
 */
export interface PrincipalRow {
  id: PrincipalId;
  /** Unique, as the id is. */
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
  /** Patterns; none for every tool of the scopes. */
  tools: string[];
  /** Absolute directories, or `*` for all of the daemon's. */
  roots: string[];
  createdAt: number;
  expiresAt: number | null;
  revokedAt: number | null;
  /** What the calls of this token may spend a day (UTC), within what its principal may. */
  usdPerDay: number | null;
  /** Input and output together. */
  tokensPerDay: number | null;
}

/** A token together with what is true of its principal. */
export type OwnedToken = TokenRow & { suspended: boolean; role: Role; principalName: string };

/** How a token ends: now, or at another time. What is revoked stays so, and an expiry only comes nearer. */
export interface TokenEnd {
  id: TokenId;
  revokedAt?: number;
  expiresAt?: number;
  audit: AuditEntry;
}

/** A token in the place of another. */
export interface TokenRotation {
  token: TokenRow;
  audit: AuditEntry;
  old: TokenEnd;
  /** The token that it ends with, once that is revoked; without one it ends with none. */
  maker?: TokenId | undefined;
}

/** What a principal had that others may still have in hand: output to remove, credentials to refuse. */
export interface RemovedPrincipal {
  calls: CallId[];
  tokens: TokenId[];
}

/** An act of administration, or a stranger's try to get in; calls have a journal of their own. */
export interface AuditEntry {
  /** Milliseconds since 1970. */
  at: number;
  /** Who did it, or whose credential was tried. */
  principal: PrincipalId;
  /** Noun and verb, as in `token.created`. */
  act: string;
  /** JSON text without secrets. */
  facts: string;
}

/** Principals and tokens, and the record of what was done with them. */
export interface TenantVerbs {
  /** `exists` where the id or the name is taken. */
  putPrincipal(request: { principal: PrincipalRow; audit?: AuditEntry }): Promise<"new" | "exists">;
  principal(request: { id: PrincipalId }): Promise<PrincipalRow | undefined>;
  /** All, the oldest first. */
  principals(): Promise<PrincipalRow[]>;
  /** Ends its sessions as well; suspended twice it stays so since the first time. `undefined` where it is unknown, without an audit. */
  suspendPrincipal(request: { id: PrincipalId; at: number; audit: AuditEntry }): Promise<PrincipalRow | undefined>;
  /** Suspended no more; `undefined` where it is unknown, without an audit. */
  resumePrincipal(request: { id: PrincipalId; audit: AuditEntry }): Promise<PrincipalRow | undefined>;
  /**
   * Removes the principal with tokens, sessions, threads, calls and journals; spend and audit rows stay. Answers what
   * of that may still be in use, `undefined` where there is no such principal.
   */
  removePrincipal(request: { id: PrincipalId; audit: AuditEntry }): Promise<RemovedPrincipal | undefined>;

  /** A new one; an id that is there already is a bug. */
  putToken(request: { token: TokenRow; audit?: AuditEntry }): Promise<void>;
  /** Good or not: whoever asks judges. */
  token(request: { id: TokenId }): Promise<OwnedToken | undefined>;
  /** Those of a principal, or whose id begins with a prefix, the oldest first; without either all. */
  tokens(request: { principal?: PrincipalId; prefix?: string }): Promise<TokenRow[]>;
  /** How many of the principal's are neither revoked nor expired. */
  countTokens(request: { principal: PrincipalId; now: number }): Promise<number>;
  /**
   * Revokes it and ends its sessions, or lets it expire at `expiresAt` at the latest; nothing where it is unknown. What
   * is revoked takes with it what it was the maker of, and what that was, but for the token `but` and what came of
   * that: all that ended are answered, the one that was meant first.
   */
  endToken(request: TokenEnd & { but?: TokenId | undefined }): Promise<TokenRow[]>;
  /**
   * Keeps the new one and ends the old one as `endToken` does, but for the maker and what came of that; nothing and
   * neither where the old one is unknown or was revoked, or the maker was. What both may spend a day they spend together.
   */
  rotateToken(request: TokenRotation): Promise<TokenRow[]>;

  /** Kept for 90 days, and of these the newest 100,000. */
  audit(entry: AuditEntry): Promise<void>;
}
