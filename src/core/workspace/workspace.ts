import type { Scope } from "./scope.ts";

/** A directory inside the roots, held open; disposing closes it. */
export interface HeldDirectory extends AsyncDisposable {
  /** Its real absolute path when it was opened. */
  readonly path: string;
  /** As `/proc/<pid>/fd/<n>`, good until it is closed: no rename leads it elsewhere. Absent where a system has no such thing. */
  readonly handle?: string;
}

/** Files inside the roots that a caller may name. */
export interface Workspace {
  /**
   * The directory that `path` names in the scope, links followed, if it lies in one of the roots. Refuses with
   * `workspace.outside`, also for what no root may contain, and with `workspace.unreadable` where it is no directory.
   */
  directory(scope: Scope, path: string, signal: AbortSignal): Promise<HeldDirectory>;
}
