/** A program as it lies on the disk: another file in its place has other numbers. */
export interface Identity {
  device: number;
  inode: number;
}

/** What the disk says about the paths of a command line. */
export interface Paths {
  /** The file that the path leads to now. Refuses with `process.not-started` where nobody should run it, and says why. */
  identify(program: string): Promise<Identity>;
  /** Whether a directory lies there. */
  isDirectory(path: string): Promise<boolean>;
  /** Where an absolute path really leads: links followed as far as it exists. */
  real(path: string): Promise<string>;
}
