import type { EventType } from "../../protocol/events.ts";
import type { CallId, PrincipalId, SessionId, ThreadId, TokenId } from "../../protocol/ids.ts";
import type { Phase } from "../../protocol/phase.ts";
import type { CallState } from "../fold/call-state.ts";
import type { Holding } from "./holding.ts";
import type { SessionVerbs } from "./sessions.ts";
import type { SpendVerbs } from "./spend.ts";
import type { TenantVerbs } from "./tenants.ts";
import type { ThreadVerbs } from "./threads.ts";

/**
 * An event on its way into the journal. `data` is JSON text: it is serialised once, for the store and for every reader.
 */
export interface Entry {
  type: EventType;
  /** Milliseconds since 1970. */
  at: number;
  /** As `eventData` of the protocol has it for this type; the store looks at what decides a phase, and at nothing else. */
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
  /** The call above it: while that has not ended this one is kept. */
  parent?: CallId;
  /** The client's key with the hash of all that it covers. */
  key?: { value: string; covers: string };
  /** Set where the same call may be shared; the hash names what must be equal. */
  share?: {
    hash: string;
    /** One that succeeded later than this is shared too, in milliseconds since 1970; one that runs always is. */
    freshAfter: number;
  };
  /** Whether recovery may go on with it. */
  resumable: boolean;
  /** `call.accepted` first; more where it began, or ended, in the same commit. */
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
  /** The fold over its journal. */
  state: CallState;
  /** The number of its owner: 1 at first, one more with each claim and with the ending. */
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

/** What became of a start. */
export type Accepted =
  /** With its own events in the journal; `sharedWith` names the equal call that it shares. */
  | { kind: "new"; sharedWith: CallId | null; bytes: number }
  /** The key was used before for the same request: this is that call. */
  | { kind: "same"; row: CallRow }
  /** The key was used before for another request. */
  | { kind: "conflict"; call: CallId };

/** What became of events; `from` is the number that the first one got. */
export type Appended =
  | { kind: "ok"; from: number; state: CallState; bytes: number }
  /** Ended already, a later owner's fence, or an event that may not follow: nothing was written. */
  | { kind: "refused"; state: CallState | undefined };

/** Names the writer: whoever lost the call holds a lower fence and can no longer write to it. */
export interface Append {
  call: CallId;
  /** What `claim` answered; `firstFence` for a call that this start of the daemon accepted. */
  fence: number;
  /** All of them or none; none asks only whether the call is still its writer's. */
  entries: Entry[];
  /** Deltas that the ending makes needless; their numbers stay, readers get a gap. */
  dropDeltas?: boolean;
}

/** What retention lets go of. */
export interface Sweep {
  /**
   * Calls that ended before this moment, in milliseconds since 1970, go with journal and key; none goes while one above
   * it has not ended.
   */
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
  /** Their output is to go too. */
  calls: CallId[];
  /** How many conversations, and steps of the deletion of one. */
  threads: number;
  /** What that was counted with. */
  bytes: number;
  /** What is left here: calls, ended or not, and conversations. */
  left: Holding[];
}

/**
 * Everything that is remembered. Each verb is one transaction: verbs of one turn are committed together, each
 * sees what those before it did, and one that fails by a bug is undone alone. A promise resolves once its
 * batch is committed and not before; a batch that cannot be committed answers `store.unavailable`
 * (`store.full` where the disk is), and nothing of it was shown. Verbs decide by rows, never by exceptions.
 * A verb that writes what a sweep may take answers by how many `bytes` more its principal holds then, as the sweep
 * counts them: fewer than none where it let go of more.
 */
export interface Store extends AsyncDisposable, SessionVerbs, SpendVerbs, TenantVerbs, ThreadVerbs {
  /** Names this history; new after a restore. */
  readonly epoch: string;

  /**
   * The call with its first events and its key, in one commit. Looks first for the same key, then for an equal call to
   * share. Entries that begin no call are a bug.
   */
  accept(call: NewCall): Promise<Accepted>;
  /** Folds the events into the call's state in the same commit: who comes second with an ending is refused. */
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
