import type { Channel } from "../../protocol/frames.ts";
import type { CallId, PrincipalId, SessionId } from "../../protocol/ids.ts";
import type { Holding } from "../store/holding.ts";

/** A piece of a log, in order: bytes of one channel, or a range that policy threw away. */
export type Piece =
  | { kind: "data"; offset: number; channel: Channel; bytes: Uint8Array }
  | { kind: "hole"; offset: number; to: number };

/** How the command ended whose output this is. */
export interface Exit {
  /** 0 to 255; null where a signal ended it. */
  code: number | null;
  /** The signal's number, 0 where none ended it. */
  signal: number;
}

/** What happens at the cap, for `kill` by whoever writes: the oldest bytes go, the writer waits for readers, or the command is ended. */
export type Overflow = "drop_oldest" | "block" | "kill";

/** Whoever reads the output of its own principal. */
export interface Reader {
  /** Absent where it asks without one. */
  session?: SessionId;
}

/** A log to be written. */
export interface OpenLog {
  call: CallId;
  principal: PrincipalId;
  overflow: Overflow;
  /** The session whose reading is waited for under `block`; where it is absent, whoever reads. */
  starter?: SessionId;
}

/** What can be read now, and whether more will come. */
export interface LogView {
  /** The lowest offset that is kept; what is below reads as a hole. */
  base: number;
  /** The offset after the last byte. */
  end: number;
  /** Set once nothing will follow; `end` is final then. */
  exit?: Exit;
}

/** What was read of a log: empty where nothing is there yet. Its bytes stay as they are until it is disposed. */
export interface Excerpt extends Disposable {
  /** The log as it was when it was read. */
  readonly view: LogView;
  readonly pieces: readonly Piece[];
}

/** One writer's end of a log. */
export interface OutputWriter extends AsyncDisposable {
  /** How much may be on its way at once: little where nobody reads along or many share the memory. */
  readonly aheadBytes: number;
  /**
   * Appends bytes as they came; they are copied before it returns. Resolves once they are in the spool file and
   * readable; whoever has `aheadBytes` on their way awaits it before taking more from its pipe, which is what
   * holds a flood back. Answers `overflow` when the cap is reached under `kill`.
   */
  write(channel: Channel, bytes: Uint8Array): Promise<"ok" | "overflow">;
  /** From now on whoever reads is waited for: the starter has left. */
  waitForAnybody(): void;
  /** Ends the log: everything written is readable, nothing follows. Idempotent. */
  seal(exit: Exit): Promise<LogView>;
}

/** One who reads along, until it is disposed. */
export interface Follower extends Disposable {
  /**
   * Everything before `offset` was given to it. A follower that is near the end hurries the writer, and what it
   * reads next is kept at hand.
   */
  reached(offset: number): void;
}

/**
 * The bytes of commands, addressed by offset over both channels together. Bytes are in the spool before any
 * reader gets them. Memory is bounded for all logs together; disk per log, per principal and in all.
 */
export interface OutputLog extends AsyncDisposable {
  /** A call has one log; a second one for it is a bug. */
  open(request: OpenLog): Promise<OutputWriter>;
  /** `undefined` where the call has no log, or not any more. */
  view(call: CallId): Promise<LogView | undefined>;
  /** As `read`, of what is at hand; `undefined` where it has to be asked. */
  peek(call: CallId, offset: number, maxBytes: number): Excerpt | undefined;
  /**
   * Pieces from `offset` on, at most `maxBytes` and often less. An offset below `base` answers a hole first.
   * `undefined` where the call has no log, or not any more.
   */
  read(call: CallId, offset: number, maxBytes: number): Promise<Excerpt | undefined>;
  /**
   * `onMore` fires when there may be more to read. Losing one loses nothing as long as the reader reads once after
   * this.
   */
  follow(call: CallId, onMore: () => void): Follower;
  /** How far a reader has read: under `block` the writer waits at the cap for the one who counts. */
  consumed(call: CallId, offset: number, reader: Reader): void;
  /** Removes logs with their files; one that is still written stays, and an unknown one is none. */
  remove(calls: readonly CallId[]): Promise<void>;
  /** Calls whose log has ended, in order, at most `limit` after the given one. */
  ended(request: { after?: CallId; limit: number }): Promise<CallId[]>;
  /** Bytes that the files of all logs hold, headers counted; what a file system rounds up is not. */
  size(): number;
  /** What of that is each principal's. */
  held(): Holding[];
}

/** Who only reads an output, and says how far. */
export type OutputReader = Pick<OutputLog, "view" | "peek" | "read" | "follow" | "consumed">;
