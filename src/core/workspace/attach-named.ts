import { Fault } from "../../protocol/fault.ts";
import { type AttachedFile, type AttachmentSource, attachFiles, linesNamedIn, mostFilesBytes } from "./attachments.ts";
import type { FilesBelow } from "./files-below.ts";
import { tooLarge } from "./refusals.ts";
import type { Workspace } from "./workspace.ts";

/** A file that is named, or lies below a directory that is, and that is not shown at all. */
export interface LeftOut {
  path: string;
  why: string;
}

/** What the named paths came to, directories opened. */
export interface Attached {
  /** Of a directory the newest last. */
  files: AttachedFile[];
  /** What lies below a directory and is not among them; the first hundreds by name. */
  left: LeftOut[];
}

/** What attachments are made of where directories may be named too. */
export interface NamedSource extends AttachmentSource {
  workspace: Pick<Workspace, "read" | "readBytes" | "locate" | "below">;
}

/** Of all directories together: no window holds more of files that nobody chose one by one. */
const mostBytes = 4 * 1024 * 1024;
const mostFiles = 1000;
const mostDirectories = 16;
const mostLeft = 200;

/**
 * As {@link attachFiles}, and a directory stands for the files below it, as far as there is room the newest of them. What a
 * directory holds that cannot be shown is left out and named: it refuses nothing. Files that are named come behind, as newer.
 */
export async function attachNamed(
  source: NamedSource,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Attached> {
  const named = new NamedFiles(source);
  const files: AttachedFile[] = [];
  const below: AttachedFile[] = [];
  const left: LeftOut[] = [];
  let bytes = 0;
  for (const path of paths) {
    const attached = await named.attach(path, signal);
    (attached.kind === "file" ? files : below).push(...attached.files);
    left.push(...attached.left);
    if (attached.kind === "file") bytes += attached.files.reduce((sum, file) => sum + file.bytes, 0);
    if (bytes > mostFilesBytes) throw tooLarge(path, { bytes, maxBytes: mostFilesBytes });
  }
  return { files: [...below, ...files], left };
}

/** Attaches what is named one by one, with one room for all directories. */
export class NamedFiles {
  readonly #source: NamedSource;
  #bytes = mostBytes;
  #files = mostFiles;
  #directories = mostDirectories;
  #left = mostLeft;

  constructor(source: NamedSource) {
    this.#source = source;
  }

  /** A file with the faults of {@link attachFiles}, or what lies below a directory. */
  async attach(path: string, signal: AbortSignal): Promise<Attached & { kind: "file" | "directory" }> {
    const { workspace, scope, carried } = this.#source;
    const { path: plain } = linesNamedIn(path);
    const kind = carried.has(plain) ? "file" : (await workspace.locate(scope, plain, signal)).kind;
    if (kind === "file") return { kind, files: await attachFiles(this.#source, [path], signal), left: [] };
    if (this.#directories === 0)
      return {
        kind,
        files: [],
        left: [{ path, why: `only ${mostDirectories} directories are looked into at a time` }],
      };
    this.#directories -= 1;
    return { kind, ...(await this.#below(path, await workspace.below(scope, plain, signal), signal)) };
  }

  async #below(directory: string, found: FilesBelow, signal: AbortSignal): Promise<Attached> {
    const files: AttachedFile[] = [];
    const left = missingOf(directory, found);
    for (const { path, bytes } of found.files.toReversed()) {
      const hasRoom = bytes <= this.#bytes && this.#files > 0;
      const read = hasRoom ? await this.#read(path, signal) : "there is no room for it";
      if (typeof read === "string") left.push({ path, why: read });
      else files.unshift(read);
    }
    return { files, left: this.#named(left) };
  }

  async #read(path: string, signal: AbortSignal): Promise<AttachedFile | string> {
    try {
      const [file] = await attachFiles({ ...this.#source, carried: new Map() }, [path], signal);
      if (file === undefined) throw new Error("Expected a file");
      this.#bytes -= file.bytes;
      this.#files -= 1;
      return file;
    } catch (error) {
      if (!(error instanceof Fault) || signal.aborted) throw error;
      return error.message;
    }
  }

  /** As many by name as there is room for in an answer. */
  #named(left: LeftOut[]): LeftOut[] {
    const named = left.slice(0, this.#left);
    this.#left -= named.length;
    const more = left.length - named.length;
    return more === 0 ? named : [...named, { path: "…", why: `and ${more} more, for reasons like these` }];
  }
}

function missingOf(path: string, { files, isCut, unreadable }: FilesBelow): LeftOut[] {
  return [
    ...(files.length === 0 ? [{ path, why: "no file lies below it" }] : []),
    ...(isCut ? [{ path, why: `it holds more than the ${files.length} files that are looked at` }] : []),
    ...(unreadable > 0 ? [{ path, why: `${unreadable} directories below it cannot be listed` }] : []),
  ];
}
