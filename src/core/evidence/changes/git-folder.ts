/** How a repository keeps what it has: by which hash its objects are named, and in what its references lie. */
export interface RepositoryFormat {
  objects: "sha1" | "sha256";
  references: "files" | "reftable";
}

/** A git folder with nothing in it but what it was given: git that works in it knows of no configuration but this. */
export interface GitFolder extends AsyncDisposable {
  /** Its real absolute path. */
  readonly path: string;
}

/** What of a repository stands in such a folder. */
export interface GitFolderContents {
  format: RepositoryFormat;
  /** What git says it is, where that is asked; a part of something with a working tree unless told. */
  is?: "bare";
  /** Sections of a configuration file. */
  configuration?: string;
  /** Absolute paths, by the names under which they stand there; what one leads to may be absent. */
  links?: Readonly<Record<string, string>>;
}

/** Makes git folders, readable for every user; disposing one removes it, and nothing that its links lead to. */
export type OpenGitFolder = (contents: GitFolderContents) => Promise<GitFolder>;
