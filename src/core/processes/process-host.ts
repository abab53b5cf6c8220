import type { CallId } from "../../protocol/ids.ts";

export interface ProcessSpec {
  call: CallId;
  /** The program as an absolute path, then its arguments: nothing is searched and no shell reads them. */
  argv: readonly [string, ...string[]];
  /** An absolute directory inside the caller's roots, already checked. */
  cwd: string;
  /** The whole environment; of the daemon's nothing is added but a mark that names the call. */
  env: Readonly<Record<string, string>>;
}

export interface ProcessExit {
  code: number | null;
  /** As in `SIGTERM`; null where the program ended by itself. */
  signal: NodeJS.Signals | null;
  /** Its number, 0 where there is none. */
  signalNumber: number;
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
  /** Bytes as they are written, taken from the pipes at most 256 KiB ahead of who asks. Ends after the exit. For one reader. */
  output(): AsyncIterable<OutputChunk>;
  /** Settles when nothing of the tree lives, whether or not the output is read. Never rejects. */
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
  /** Where a bare name is found along `path` (directories, `:` between them); `undefined` where it is not. */
  find(name: string, path: string): Promise<string | undefined>;
  /** Refuses with `process.not-started` and the reason; an aborted signal before the start starts nothing. */
  start(spec: ProcessSpec, signal: AbortSignal): Promise<Child>;
  /** Ends whatever an earlier daemon on this data folder left; resolves with how many processes that were. */
  reap(): Promise<number>;
}
