import type { ChildProcess } from "node:child_process";
import type { ProcessExit, ProcessSpec, TerminalSize, Way } from "../../../../core/processes/process-host.ts";
import type { Identity } from "../process-table.ts";
import type { Tree } from "../tree.ts";

/** How a program came to its end, and how many processes outlived it where the place counted them itself. */
export type Ending = Pick<ProcessExit, "code" | "signal" | "limit"> & Partial<Pick<ProcessExit, "orphansKilled">>;
/** The same as its spawner sees it. */
export type SeenEnding = Pick<Ending, "code" | "signal">;

/**
 * Where one command lives: made before it is spawned, removed by disposing once nothing of it lives. The whole
 * line is `outer` · gate · `inner` · the program, so that the gate is already inside what confines it. Descriptor 3
 * is the gate's: `outer` hands it on, and after the gate it is closed.
 */
export interface Place extends AsyncDisposable {
  readonly outer: readonly string[];
  /** What the shell at the gate does with the words after it, and stays; where it is absent it becomes the program. */
  readonly warden?: string;
  readonly inner: readonly string[];
  /** Leads a process that is there already into the line; where it is absent the line is spawned. */
  enter?(line: readonly string[]): Spawned;
  /** For spawning `outer`. */
  readonly cwd: string;
  /** The whole environment of `outer` and of the program; the mark is in it. */
  readonly env: Readonly<Record<string, string>>;
  /** Folders of cgroups that outlive a killed daemon: the ledger keeps them, and the next one empties and removes them. */
  readonly cgroups?: readonly string[];
  /**
   * What is swept, paused and asked to end. `root` is the process that was spawned; where that is a sandbox, a
   * signal that asks must pass it by, since its end is the end of all.
   */
  tree(root: Identity): Tree;
  /** What the program itself came to; sandboxes turn its signal into a code. */
  exit(seen: SeenEnding): Promise<Ending>;
  /** Present where the program has a terminal. */
  resize?(size: TerminalSize): Promise<void>;
}

/** A process with four pipes, or the reason why none came to be. */
export interface Spawned {
  process: ChildProcess;
  failed: Promise<unknown>;
}

/**
 * A means to keep a command from what is not its own. Found by a probe at start, the same for all commands of a host.
 * Disposing ends what it has ready for the next.
 */
export interface ConfinementWay extends AsyncDisposable {
  readonly way: Way;
  /** Refuses with `process.not-started` where the place cannot be made. `mark` is the value of `markVariable`. */
  place(spec: ProcessSpec, mark: string): Promise<Place>;
}
