import type { CallId, PrincipalId, ThreadId } from "../../protocol/ids.ts";

/** A conversation; its turns are read by themselves. */
export interface ThreadRow {
  id: ThreadId;
  principal: PrincipalId;
  /** What its owner calls it. */
  name: string | null;
  /** How it began, in one short line. */
  title: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** When its last turns were recorded: the order of lists. */
  updatedAt: number;
  turns: number;
  /** What its turns are counted with. */
  bytes: number;
}

/** One side's words, before they have a number. */
export interface NewTurn {
  role: "user" | "assistant";
  text: string;
  /** JSON text of everything else that belongs to it. */
  more: string;
}

/** Numbered from 1 within its thread, without a hole. */
export interface TurnRow extends NewTurn {
  seq: number;
  /** Milliseconds since 1970. */
  at: number;
  call: CallId;
  tool: string;
}

/** What one call adds to a thread, all of it together. */
export interface RecordTurns {
  thread: ThreadId;
  principal: PrincipalId;
  call: CallId;
  tool: string;
  /** Milliseconds since 1970. */
  at: number;
  turns: NewTurn[];
  /** The line that a thread is shown by which this begins. Absent where the thread must be there. */
  title?: string;
}

/** A page of a principal's list. */
export interface ThreadPage {
  principal: PrincipalId;
  limit: number;
  /** Those behind this one in the list. */
  before?: ThreadId;
}

/** Where a search has come to, in the order of the last use: behind a thread, or within one behind a turn. */
export interface SearchPlace {
  updatedAt: number;
  id: ThreadId;
  turn?: number;
}

/** What one step of a search came to. */
export interface ThreadsFound {
  /** Lately used first. */
  threads: ThreadRow[];
  /** How many were looked through for them, to their end or to what was found. */
  looked: number;
  /** How large that was. */
  bytes: number;
  /** Behind which others are that were not; null where there are none. */
  next: SearchPlace | null;
}

/** The verbs of conversations. Another principal's thread is as unknown as none. */
export interface ThreadVerbs {
  /** Adds what the call has not added yet: so many bytes. `unknown` where the thread is not there, or another's. */
  recordTurns(request: RecordTurns): Promise<{ bytes: number } | "same" | "unknown">;
  /**
   * A thread of its own with the first `turns` turns of another, under a new id: about 512 KiB in one step, to be
   * repeated until it `isWhole`. Answers the bytes that the step took; `unknown` where there is nothing to copy.
   */
  copyThread(request: {
    from: ThreadId;
    to: ThreadId;
    principal: PrincipalId;
    at: number;
    turns: number;
  }): Promise<{ bytes: number; isWhole: boolean } | "unknown">;
  thread(request: { thread: ThreadId; principal: PrincipalId }): Promise<ThreadRow | undefined>;
  /** Lately used first; none where `before` is unknown. */
  threads(request: ThreadPage): Promise<ThreadRow[]>;
  /**
   * Those whose name or turns hold the text, whatever the case of A to Z, among the next ones behind a place: a hundred
   * at most, and about 1 MiB, so that it holds up no other verb for long. A larger one is looked through in several steps.
   */
  searchThreads(request: {
    principal: PrincipalId;
    limit: number;
    text: string;
    behind?: SearchPlace;
  }): Promise<ThreadsFound>;
  /** Turns after a number upwards, or before one downwards: up to about `maxBytes`, and one at least. */
  turns(request: {
    thread: ThreadId;
    principal: PrincipalId;
    from: { after: number } | { before: number };
    maxBytes: number;
  }): Promise<TurnRow[]>;
  /** Null takes the name away. `undefined` where there is no such thread. */
  nameThread(request: {
    thread: ThreadId;
    principal: PrincipalId;
    name: string | null;
  }): Promise<ThreadRow | undefined>;
  /**
   * Removes it with its turns and the calls that ran on it or began it; spend rows stay. The first step makes it
   * unknown to everybody; 4 MiB go in one, to be repeated until it `isWhole`, and sweeps go on with what nobody repeats.
   * Answers the calls that went, `busy` while one of them or one above them has not ended, `unknown` where there is no
   * such thread.
   */
  deleteThread(request: {
    thread: ThreadId;
    principal: PrincipalId;
  }): Promise<{ calls: CallId[]; isWhole: boolean } | "busy" | "unknown">;
}
