import type { PrincipalId, SessionId, TokenId } from "../../protocol/ids.ts";

/**
 * A session as it is kept, so that a client resumes it after a restart. Times are milliseconds since 1970; secrets only
 * as hashes.
 */
export interface SessionRow {
  id: SessionId;
  principal: PrincipalId;
  token: TokenId;
  /** SHA-256 of the resume secret, hex. */
  secretHash: string;
  /** The secret before it, good until the client's first frame on the new connection. */
  previousHash: string | null;
  /** What the client said of itself. */
  client: string;
  /** When its connection was last known to live; it moves `expiresAt`. */
  seenAt: number;
  expiresAt: number;
}

/**
 * A session that is to be kept while its principal has fewer than `max` that have not expired. Where it has
 * them all, the least recently seen of those not seen since `idleBefore` ends in its place.
 */
export interface NewSession {
  session: SessionRow;
  max: number;
  /** Milliseconds since 1970. */
  now: number;
  /** Milliseconds since 1970. */
  idleBefore: number;
}

/** Sessions and tickets: what stands in for a token. */
export interface SessionVerbs {
  /** Keeps it, or answers `full`: every session of the principal was seen lately. */
  putSession(request: NewSession): Promise<"new" | "full">;
  /** Expired or not: whoever asks judges. */
  session(request: { session: SessionId }): Promise<SessionRow | undefined>;
  /** Replaces the secret if `expectHash` is the current or the previous one; answers whether it was. */
  turnSession(request: {
    session: SessionId;
    expectHash: string;
    newHash: string;
    seenAt: number;
    expiresAt: number;
  }): Promise<boolean>;
  /** Forgets the previous secret: the client has shown that it has the new one. */
  confirmSession(request: { session: SessionId; seenAt: number; expiresAt: number }): Promise<void>;
  /** One of them, or all of a token; with neither none. Answers which there were. */
  endSessions(request: { session?: SessionId; token?: TokenId }): Promise<SessionId[]>;
  /** How many there are that have not expired. */
  countSessions(request: { now: number }): Promise<number>;

  /** `hash` is the SHA-256 of the ticket, hex; `expiresAt` milliseconds since 1970. */
  putTicket(request: { hash: string; token: TokenId; principal: PrincipalId; expiresAt: number }): Promise<void>;
  /** Single use: the second one finds nothing, and neither does one after its expiry. */
  takeTicket(request: { hash: string; now: number }): Promise<{ token: TokenId; principal: PrincipalId } | undefined>;
}
