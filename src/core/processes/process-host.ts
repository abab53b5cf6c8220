import type { CallId } from "../../protocol/ids.ts";

/**
 * How well a command is kept from what is not its own: `A` sandbox and cgroup, `B` sandbox, `C` a process group of its
 * own.
 */
export type Way = "A" | "B" | "C";

/** What a command may use, all in all over its tree; what is absent is not limited. */
export interface ProcessLimits {
  /** Processor time, user and system. */
  cpuMs?: number;
  /** At one moment. */
  memoryBytes?: number;
  /** At one moment. */
  processes?: number;
  /** The largest file that it may write. */
  fileBytes?: number;
  /** Open files of one process. */
  openFiles?: number;
}

/** What a confined command reaches of the machine; way C cannot hold it. */
export interface Reach {
  /** Absolute directories that it may write in; of files in homes and temporary places it sees no others. */
  roots: readonly string[];
  /** Without it not even this machine's loopback. */
  network: boolean;
}

/** In characters. */
export interface TerminalSize {
  rows: number;
  cols: number;
}

/** A command to start. Everything is decided and checked: a host looks nothing up and adds nothing. */
export interface ProcessSpec {
  /** By whose name its processes are found, also after a crash. */
  call: CallId;
  /** The program as an absolute path, then its arguments: nothing is searched and no shell reads them. */
  argv: readonly [string, ...string[]];
  /** An absolute directory inside the caller's roots, already checked. */
  cwd: string;
  /** The same directory by an open handle of this process, as `/proc/<pid>/fd/<n>`: no rename leads it elsewhere. */
  cwdHandle?: string;
  /** The whole environment; of the daemon's nothing is added but a mark that names the call. */
  env: Readonly<Record<string, string>>;
  /** Absent: pipes. With it stdin, stdout and stderr are one terminal of this size. */
  tty?: TerminalSize;
  limits?: ProcessLimits;
  reach: Reach;
}

/** How a command ended, told once its whole tree is gone: by a code or by a signal, never both. */
export interface ProcessExit {
  /** As the program gave it, 0 to 255; null where a signal ended it. */
  code: number | null;
  /** As in `SIGTERM`; null where the program ended by itself. */
  signal: NodeJS.Signals | null;
  /** Its number, 0 where there is none. */
  signalNumber: number;
  /** The limit that ended it, where one did and can be told. */
  limit?: keyof ProcessLimits;
  /** Processes of the tree that outlived the command and were ended. */
  orphansKilled: number;
  /** False where the output had to be given up because something kept it open. */
  drained: boolean;
}

/** What a tree used and uses. */
export interface ProcessUsage {
  /** So far. */
  cpuMs: number;
  /** Now. */
  memoryBytes: number;
  /** Now. */
  processes: number;
}

/**
 * Bytes as they were written, unchanged, of any length: characters may be split. Chunks of a channel come in order;
 * both channels of a terminal are `stdout`.
 */
export interface OutputChunk {
  channel: "stdout" | "stderr";
  bytes: Uint8Array;
}

/**
 * A running command with everything that descends from it. Disposing kills the tree and waits until nothing of it
 * lives.
 */
export interface Child extends AsyncDisposable {
  /** Of the command itself as this machine counts it; another's once the tree is gone. */
  readonly pid: number;
  /**
   * Bytes as they are written, taken from the pipes when somebody asks. A chunk's bytes are good until the event
   * loop goes on: who keeps them copies them at once. Ends after the exit. For one reader.
   */
  output(): AsyncIterable<OutputChunk>;
  /**
   * Settles when nothing of the tree lives, whether or not the output is read. Rejects only with
   * `process.host-lost`: whoever supervised it is gone, and nobody can tell how it ended.
   */
  readonly exited: Promise<ProcessExit>;
  /**
   * Resolves when the bytes were taken; refuses with `process.input-full` beyond 1 MiB pending, `process.gone` after
   * the exit.
   */
  input(bytes: Uint8Array): Promise<void>;
  /** Closes the standard input behind what was given to it. Idempotent. */
  endInput(): void;
  /** Stops every process of the tree. Answers `gone` where nothing lives any more. */
  pause(): Promise<"done" | "gone">;
  /** Lets every process of the tree go on; answers as `pause` does. */
  resume(): Promise<"done" | "gone">;
  /**
   * TERM, CONT, `graceMs`, KILL over the whole tree; resolves when nothing of it lives. Refuses with
   * `process.unkillable`.
   */
  cancel(request: { graceMs: number }): Promise<ProcessExit>;
  /**
   * A terminal's new size; refuses with `process.no-terminal` where there is none. `gone` where nothing lives any more.
   */
  resize(size: TerminalSize): Promise<"done" | "gone">;
  /** `undefined` where nothing lives any more. */
  usage(): Promise<ProcessUsage | undefined>;
}

/** What was found of the means to confine and to limit: told in readiness, by the doctor and in each call. */
export interface Confinement {
  way: Way;
  /** What holds the limits of memory and processes; `rlimit` holds them for each process alone. */
  limits: "cgroup2" | "cgroup1" | "rlimit" | "none";
  /** Why each better way is not used, in one sentence. */
  missing: readonly { way: Way; reason: string }[];
}

/** Starts programs so that none outlives its call, nor the daemon. */
export interface ProcessHost extends AsyncDisposable {
  /** As its probe found it. */
  readonly confinement: Confinement;
  /** Refuses with `process.unavailable` where no command can be started now. */
  check(): Promise<void>;
  /** Where a bare name is found along `path` (directories, `:` between them); `undefined` where it is not. */
  find(name: string, path: string): Promise<string | undefined>;
  /**
   * Refuses with `process.not-started` and the reason, or `process.unavailable`; an aborted signal before the start
   * starts nothing.
   */
  start(spec: ProcessSpec, signal: AbortSignal): Promise<Child>;
  /** Ends whatever an earlier daemon on this data folder left; resolves with how many processes that were. */
  reap(): Promise<number>;
}
