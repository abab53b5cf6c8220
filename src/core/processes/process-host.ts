import type { CallId } from "../../protocol/ids.ts";

export interface ProcessSpec {
  call: CallId;
  argv: readonly [string, ...string[]];
  /** An absolute directory inside the caller's roots, already checked. */
  cwd: string;
  /** The whole environment; nothing of the daemon's is added. */
  env: Readonly<Record<string, string>>;
}

export interface ProcessExit {
  code: number | null;
  /** As in `SIGTERM`; null where the program ended by itself. */
  signal: NodeJS.Signals | null;
  /** Processes of the tree that outlived the command and were ended. */
  orphansKilled: number;
  /** False where the output had to be given up because something kept it open. */
  drained: boolean;
}

export interface OutputChunk {
  channel: "stdout" | "stderr";
  bytes: Uint8Array;
}

/** A running command with everything that descends from it. Disposing kills the tree and waits until nothing of it lives. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** Bytes as they are written; the next chunk is taken from the pipe only when asked for. Ends after the exit. */
  output(): AsyncIterable<OutputChunk>;
  /** Settles when nothing of the tree lives. Never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Resolves when the bytes were taken; refuses with `process.input-full` beyond 1 MiB pending, `process.gone` after the exit. */
  input(bytes: Uint8Array): Promise<void>;
  endInput(): void;
  /** Stops every process of the tree. Answers `gone` where nothing lives any more. */
  pause(): Promise<"done" | "gone">;
  resume(): Promise<"done" | "gone">;
  /** TERM, CONT, `graceMs`, KILL over the whole tree; resolves when nothing of it lives. Refuses with `process.unkillable`. */
  cancel(request: { graceMs: number }): Promise<ProcessExit>;
}

/** Starts programs so that none outlives its call, nor the daemon. */
export interface ProcessHost extends AsyncDisposable {
  /** How commands are confined: told to the client. */
  readonly confinement: string;
  /** Refuses with `process.not-started` and the reason; an aborted signal before the start starts nothing. */
  start(spec: ProcessSpec, signal: AbortSignal): Promise<Child>;
  /** Ends whatever an earlier daemon on this data folder left; resolves with how many processes that were. */
  reap(): Promise<number>;
}
