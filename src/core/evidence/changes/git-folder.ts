/** How objects of a repository are named. */
export type ObjectFormat = "sha1" | "sha256";

/** A git folder with nothing in it: git that works in it knows of no configuration but what it is told. */
export interface GitFolder extends AsyncDisposable {
  /** Its real absolute path. */
  readonly path: string;
}

/** Makes empty git folders, readable for every user; disposing one removes it. */
export type OpenGitFolder = (format: ObjectFormat) => Promise<GitFolder>;
