import type { Scope } from "./scope.ts";

/** A regular file inside the roots, held open. */
export interface OpenFile extends AsyncDisposable {
  readonly kind: "file";
  /** Its real absolute path when it was opened. */
  readonly path: string;
  /** When it was opened: reading may find fewer or more. */
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modifiedMs: number;
  /** Fills `into` from that offset of the file; answers how many bytes there were, 0 at its end. */
  read(into: Uint8Array, offset: number): Promise<number>;
}

/** A name in a directory, with what it was when the directory was read. */
export interface Entry {
  /** One name, without a path. */
  name: string;
  kind: "file" | "directory" | "link" | "other";
}

/** A directory inside the roots, held open; disposing closes it. */
export interface OpenDirectory extends AsyncDisposable {
  readonly kind: "directory";
  /** Its real absolute path when it was opened. */
  readonly path: string;
  /** As `/proc/<pid>/fd/<n>`, good until it is closed: no rename leads it elsewhere. Absent where a system has no such thing. */
  readonly handle?: string;
  /** What is in it, in no order, without `.` and `..`. A name that is no UTF-8 has U+FFFD in it and opens nothing. */
  entries(): AsyncIterable<Entry>;
  /** Opens what is in it under that one name; `undefined` where that is gone, a link, no file or directory, or cut out of the roots. */
  child(name: string): Promise<OpenFile | OpenDirectory | undefined>;
  /** Makes a new file of that one name with these bytes. Refuses with `workspace.unreadable` where there is something already. */
  create(name: string, bytes: Uint8Array): Promise<void>;
}

/** The one way to what is in the roots. */
export interface Disk {
  /** `handles` keeps out who renames while it looks; `real-path` does not. */
  readonly way: "handles" | "real-path";
  /**
   * Opens what `path` names in the scope, links followed as far as they stay inside the roots. Refuses with
   * `workspace.outside` what lies elsewhere or is cut out of every root, and with `workspace.unreadable` what is not
   * there, may not be read, or is neither a regular file nor a directory. Nothing that is refused was opened for reading.
   */
  open(scope: Scope, path: string, signal: AbortSignal): Promise<OpenFile | OpenDirectory>;
}
