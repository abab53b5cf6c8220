/** Files inside the roots that a caller may name. */
export interface Workspace {
  /**
   * The real absolute path of the directory that `path` names from `base`, links followed, if it lies in
   * one of the roots. Refuses with `workspace.outside`, also for what no root may contain, and with
   * `workspace.unreadable` where it is no directory.
   */
  resolveDirectory(roots: readonly string[], base: string, path: string): Promise<string>;
}
