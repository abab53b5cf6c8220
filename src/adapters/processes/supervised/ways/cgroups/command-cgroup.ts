/** The cgroups of one command: one that stops and ends all in it, and others that only limit. */
export interface CommandCgroup {
  /** All of them: what is to live in it writes itself into each. */
  readonly folders: readonly string[];
  freeze(): void;
  thaw(): void;
  /** Whether nothing in it goes on. */
  isFrozen(): boolean;
  kill(): void;
  /** Whether something in it was ended for want of memory. */
  ranOutOfMemory(): boolean;
  /** Once nothing lives in it. */
  remove(): void;
}
