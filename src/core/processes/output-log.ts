import type { Channel } from "../../protocol/frames.ts";
import type { CallId, PrincipalId } from "../../protocol/ids.ts";

/** A piece of a log, in order: bytes of one channel, or a range that policy threw away. */
export type Piece =
  | { kind: "data"; offset: number; channel: Channel; bytes: Uint8Array }
  | { kind: "hole"; offset: number; to: number };

export interface Exit {
  code: number | null;
  /** The signal's number, 0 where none ended it. */
  signal: number;
}

export type Overflow = "drop_oldest" | "block" | "kill";

/** What can be read now, and whether more will come. */
export interface LogView {
  /** The lowest offset that is kept; what is below reads as a hole. */
  base: number;
  /** The offset after the last byte. */
  end: number;
  /** Set once nothing will follow; `end` is final then. */
  exit?: Exit;
}

/** One writer's end of a log. */
export interface OutputWriter extends AsyncDisposable {
  /**
   * Appends bytes as they came. Resolves once they are in the spool file and readable; a writer awaits it
   * before taking more from its pipe, which is what holds a flood back. Answers `overflow` when the cap is
   * reached under `kill`.
   */
  write(channel: Channel, bytes: Uint8Array): Promise<"ok" | "overflow">;
  /** Ends the log: everything written is readable, nothing follows. Idempotent. */
  seal(exit: Exit): Promise<LogView>;
}

/**
 * The bytes of commands, addressed by offset over both channels together. Bytes are in the spool before any
 * reader gets them. Memory per log is bounded (a 256 KiB ring); disk per log, per principal and in all too.
 */
export interface OutputLog extends AsyncDisposable {
  open(request: { call: CallId; principal: PrincipalId; overflow: Overflow }): Promise<OutputWriter>;
  /** `undefined` where the call has no log, or not any more. */
  view(call: CallId): Promise<LogView | undefined>;
  /**
   * Pieces from `offset` on, at most about `maxBytes`; empty where nothing is there yet. An offset below
   * `base` answers a hole first.
   */
  read(call: CallId, offset: number, maxBytes: number): Promise<Piece[]>;
  /** Fires when there may be more to read. Losing one loses nothing as long as the reader reads once after listening. */
  listen(call: CallId, onMore: () => void): Disposable;
  /** How far the starting session has read: under `block` the writer waits for it at the cap. */
  consumed(call: CallId, offset: number): void;
  /** Whether some reader has credit at the end of the log: the writer is not slowed then. */
  setHungry(call: CallId, reader: object, hungry: boolean): void;
  /** Removes a log with its file. */
  remove(calls: readonly CallId[]): Promise<void>;
  /** Calls whose log has ended, in order, at most `limit` after the given one. */
  ended(request: { after?: CallId; limit: number }): Promise<CallId[]>;
  /** Bytes on disk, in all. */
  size(): number;
}
