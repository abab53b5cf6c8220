/** How objects of a repository are named. */
export type ObjectFormat = "sha1" | "sha256";

/** A git folder with nothing in it but what it was given: git that works in it knows of no configuration but this. */
export interface GitFolder extends AsyncDisposable {
  /** Its real absolute path. */
  readonly path: string;
}

/** What of a repository stands in such a folder. */
export interface GitFolderContents {
  format: ObjectFormat;
  /** Sections of a configuration file. */
  configuration?: string;
  /** Absolute paths, by the names under which they stand there; what one leads to may be absent. */
  links?: Readonly<Record<string, string>>;
}

/** Makes git folders, readable for every user; disposing one removes it, and nothing that its links lead to. */
export type OpenGitFolder = (contents: GitFolderContents) => Promise<GitFolder>;
