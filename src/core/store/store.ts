import type { Role, Scope } from "../../protocol/access-methods.ts";
import type { EventType } from "../../protocol/events.ts";
import type { CallId, PrincipalId, SessionId, ThreadId, TokenId } from "../../protocol/ids.ts";
import type { Phase } from "../../protocol/phase.ts";
import type { CallState } from "../fold/call-state.ts";
import type { Holding } from "./holding.ts";
import type { SpendVerbs } from "./spend.ts";
import type { ThreadVerbs } from "./threads.ts";

/**
 * An event on its way into the journal. `data` is JSON text: it is serialised once, for the store and for every reader.
 */
export interface Entry {
  type: EventType;
  /** Milliseconds since 1970. */
  at: number;
  data: string;
}

/** Events of one commit: numbers `from` to `from + entries.length - 1`. */
export interface JournalRow {
  from: number;
  entries: Entry[];
}

/** A call as it is accepted: written with its first events, in one commit, before anybody hears of it. */
export interface NewCall {
  id: CallId;
  principal: PrincipalId;
  /** The token that started it; absent where the daemon itself did. */
  token?: TokenId;
  session?: SessionId;
  tool: string;
  /** JSON text of what the tool gets. */
  input: string;
  /** JSON text of everything else that recovery needs: deadline, budget, working directory, disconnect policy. */
  options: string;
  thread?: ThreadId;
  parent?: CallId;
  /** The client's key with the hash of all that it covers. */
  key?: { value: string; covers: string };
  /** Set where the same call may be shared; the hash names what must be equal. */
  share?: {
    hash: string;
    /** One that succeeded later than this is shared too, in milliseconds since 1970; one that runs always is. */
    freshAfter: number;
  };
  resumable: boolean;
  entries: Entry[];
}

/**
 * A call as it is kept. Times are milliseconds since 1970; `null` is what it was started without or has not come to
 * yet.
 */
export interface CallRow {
  id: CallId;
  principal: PrincipalId;
  token: TokenId | null;
  session: SessionId | null;
  tool: string;
  input: string;
  options: string;
  thread: ThreadId | null;
  parent: CallId | null;
  sharedWith: CallId | null;
  resumable: boolean;
  state: CallState;
  fence: number;
  acceptedAt: number;
  endedAt: number | null;
  /** JSON text of the terminal event's data, once there is one. */
  ending: string | null;
}

/**
 * A call as lists hold it, whatever its size: without what was asked. An ending beyond a few thousand characters
 * is a digest of it, without the result and marked `resultOmitted`.
 */
export type ListedCall = Omit<CallRow, "input" | "options">;

/** The fence of a call that nobody has taken over. */
export const firstFence = 1;

export type Accepted =
  /** With its own events in the journal; `sharedWith` names the equal call that it shares. */
  | { kind: "new"; sharedWith: CallId | null }
  /** The key was used before for the same request: this is that call. */
  | { kind: "same"; row: CallRow }
  /** The key was used before for another request. */
  | { kind: "conflict"; call: CallId };

export type Appended =
  | { kind: "ok"; from: number; state: CallState }
  /** Ended already, a later owner's fence, or an event that may not follow: nothing was written. */
  | { kind: "refused"; state: CallState | undefined };

/** Names the writer: whoever lost the call holds a lower fence and can no longer write to it. */
export interface Append {
  call: CallId;
  fence: number;
  entries: Entry[];
  /** Deltas that the ending makes needless; their numbers stay, readers get a gap. */
  dropDeltas?: boolean;
}

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
  idleBefore: number;
}

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

/** An act of administration, or a stranger's try to get in; calls have a journal of their own. */
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

export interface AuditEntry {
  /** Milliseconds since 1970. */
  at: number;
  principal: PrincipalId;
  act: string;
  /** JSON text without secrets. */
  facts: string;
}

/** What retention lets go of. */
export interface Sweep {
  /** Calls that ended before this moment, in milliseconds since 1970, go with journal and key. */
  endedBefore: number;
  /**
   * Where principals hold more in all, the oldest of whoever holds most goes as well: its ended calls, then its
   * conversations, but none on which a call is under way. Whoever holds no more than an equal share loses nothing.
   */
  maxBytes: number;
  /** What principals hold outside of the store: it counts with what they hold here. */
  elsewhere: Holding[];
  /** Calls that stay: followed, or kept by a task. */
  keep: CallId[];
  /** Milliseconds since 1970, for what has its own expiry. */
  now: number;
}

/** What one step of a sweep took. */
export interface Swept {
  calls: CallId[];
  /** How many conversations, and steps of the deletion of one. */
  threads: number;
  bytes: number;
  /** What is left here: calls, ended or not, and conversations. */
  left: Holding[];
}

/**
 * Everything that is remembered. Each verb is one transaction: verbs of one turn are committed together, each
 * sees what those before it did, and one that fails by a bug is undone alone. A promise resolves once its
 * batch is committed and not before; a batch that cannot be committed answers `store.unavailable`
 * (`store.full` where the disk is), and nothing of it was shown. Verbs decide by rows, never by exceptions.
 */
export interface Store extends AsyncDisposable, SpendVerbs, ThreadVerbs {
  /** Names this history; new after a restore. */
  readonly epoch: string;

  accept(call: NewCall): Promise<Accepted>;
  append(append: Append): Promise<Appended>;
  /** Takes a call over from an earlier start: raises its fence. `undefined` where it has ended. */
  claim(request: { call: CallId }): Promise<CallRow | undefined>;
  /** The principal's call; another principal's is as unknown as none. Without a principal: any. */
  call(
    request: { call: CallId; principal?: PrincipalId } | { key: string; principal: PrincipalId },
  ): Promise<CallRow | undefined>;
  /**
   * Newest first. As many as `limit`, or as fit into about 256 KiB, and one at least: only an empty list is the end.
   */
  calls(request: {
    principal?: PrincipalId;
    limit: number;
    before?: CallId;
    phase?: Phase;
    tool?: string;
  }): Promise<ListedCall[]>;
  /** Calls without an ending, oldest first: what recovery looks at. */
  unended(request: { limit: number; after?: CallId }): Promise<ListedCall[]>;
  /** Journal rows from `after` + 1, up to about `maxBytes` and at least one row; `head` is the last number. */
  journal(request: { call: CallId; after: number; maxBytes: number }): Promise<{ head: number; rows: JournalRow[] }>;

  /** Keeps it, or answers `full`: every session of the principal was seen lately. */
  putSession(request: NewSession): Promise<"new" | "full">;
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
  endSessions(request: { session?: SessionId; token?: TokenId }): Promise<SessionId[]>;
  /** How many there are that have not expired. */
  countSessions(request: { now: number }): Promise<number>;

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
  token(request: { id: TokenId }): Promise<(TokenRow & { suspended: boolean; role: PrincipalRow["role"] }) | undefined>;
  /** Those of a principal, or whose id begins with a prefix. */
  tokens(request: { principal?: PrincipalId; prefix?: string }): Promise<TokenRow[]>;
  /** How many of the principal's are neither revoked nor expired. */
  countTokens(request: { principal: PrincipalId; now: number }): Promise<number>;
  /** Revokes now and ends its sessions, or lets it expire at `expiresAt`. */
  endToken(request: TokenEnd): Promise<TokenRow | undefined>;
  /** Keeps the new one and ends the old one, which it answers; `undefined` and neither where that is unknown or was revoked. */
  rotateToken(request: { token: TokenRow; audit: AuditEntry; old: TokenEnd }): Promise<TokenRow | undefined>;

  putTicket(request: { hash: string; token: TokenId; principal: PrincipalId; expiresAt: number }): Promise<void>;
  /** Single use: the second one finds nothing. */
  takeTicket(request: { hash: string; now: number }): Promise<{ token: TokenId; principal: PrincipalId } | undefined>;

  audit(entry: AuditEntry): Promise<void>;
  /** One short step, of some hundred calls or conversations: to be repeated until it takes none. */
  sweep(sweep: Sweep): Promise<Swept>;
  /** Those of the calls that there are. */
  known(request: { calls: CallId[] }): Promise<CallId[]>;
  /** Bytes the store occupies. */
  size(): Promise<number>;
  /** Writes a consistent copy; works while everything else goes on. */
  backup(request: { file: string }): Promise<{ bytes: number }>;
  /** Commits something and reads it back: whether calls can be accepted now. */
  check(): Promise<void>;
}
