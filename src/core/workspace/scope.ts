/** Where a call may go with its paths. */
export interface Scope {
  /** Absolute directories that it may name. */
  roots: readonly string[];
  /** The absolute directory that relative paths begin at; absent where there is none. */
  base?: string;
}

/** What whoever asks may name: relative paths begin at the working directory, without one at the first root. */
export function scopeOf({ roots, cwd }: { roots: readonly string[]; cwd?: string }): Scope {
  const base = cwd ?? roots[0];
  return base === undefined ? { roots } : { roots, base };
}
