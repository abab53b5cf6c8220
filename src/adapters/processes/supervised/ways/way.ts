import type { ProcessExit, ProcessSpec, Way } from "../../../../core/processes/process-host.ts";
import type { Identity } from "../process-table.ts";
import type { Tree } from "../tree.ts";

/**
 * Where one command lives: made before it is spawned, removed by disposing once nothing of it lives. The whole
 * line is `outer` · gate · `inner` · the program, so that the gate is already inside what confines it.
 */
export interface Place extends AsyncDisposable {
  readonly outer: readonly string[];
  readonly inner: readonly string[];
  /** For spawning `outer`. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** A cgroup that outlives a killed daemon: the ledger keeps it for the next one. */
  readonly cgroup?: string;
  tree(root: Identity): Tree;
  /** What the program itself came to; sandboxes turn its signal into a code. */
  exit(seen: Pick<ProcessExit, "code" | "signal">): Promise<Pick<ProcessExit, "code" | "signal" | "limit">>;
}

/** A means to keep a command from what is not its own. Found by a probe at start, the same for all commands of a host. */
export interface ConfinementWay {
  readonly way: Way;
  /** Refuses with `process.not-started` where the place cannot be made. */
  place(spec: ProcessSpec, mark: string): Promise<Place>;
}
