import { basename, dirname } from "node:path";
import type { Disk, OpenDirectory, OpenFile } from "./disk.ts";
import { type FilesBelow, filesBelow } from "./files-below.ts";
import { type Listing, type ListRequest, listFiles } from "./list-files.ts";
import { namedPath, namesOf } from "./named-path.ts";
import { hashWhole, readWhole } from "./read-whole.ts";
import { ofGit, unreadable } from "./refusals.ts";
import type { Scope } from "./scope.ts";
import { FileSearch, type SearchReport, type SearchRequest } from "./search-files.ts";
import { refuseSecretName } from "./secrets.ts";
import { type TextIn, type TextRequest, textIn } from "./text-in.ts";
import { type Ignored, rulesAbove } from "./walk-tree.ts";

/** A directory inside the roots, held open; disposing closes it. */
export type HeldDirectory = Pick<OpenDirectory, "path" | "handle"> & AsyncDisposable;

/** What a path leads to, links resolved: `path` is real and absolute. */
export type Located = { kind: "file"; path: string; bytes: number } | { kind: "directory"; path: string };

/** What of a file is wanted, as text; lines count from 1. */
export interface ReadRequest extends TextRequest {
  /** A larger file is refused: 4 MiB of text, which is more than models take, or 16 MiB of bytes unless told. */
  maxBytes?: number;
}

/** A file as it was when it was read. */
export interface FileFacts {
  /** Its real absolute path. */
  path: string;
  /** Of all its bytes, in hex. */
  sha256: string;
  /** As many as were hashed. */
  bytes: number;
  /** Milliseconds since 1970. */
  modifiedMs: number;
}

/** Text of a file with the facts of that same reading. */
export type FileText = FileFacts & TextIn;

/** All bytes of a file, as they were at one opening. */
export interface FileBytes extends FileFacts {
  content: Uint8Array;
}

const maxTextBytes = 4 * 1024 * 1024;
const maxContentBytes = 16 * 1024 * 1024;
const maxHashedBytes = 256 * 1024 * 1024;

/** Files inside the roots that a caller may name. Every path is looked up in the caller's scope, each time anew. */
export class Workspace {
  readonly #disk: Disk;

  constructor({ disk }: { disk: Disk }) {
    this.#disk = disk;
  }

  /** How paths are followed: `real-path` does not keep out who renames meanwhile. */
  get way(): Disk["way"] {
    return this.#disk.way;
  }

  /**
   * The directory that `path` names in the scope, links followed, if it lies in one of the roots. Refuses with
   * `workspace.outside`, also for what no root may contain, and with `workspace.unreadable` where it is no directory.
   */
  async directory(scope: Scope, path: string, signal: AbortSignal): Promise<HeldDirectory> {
    return await this.#openDirectory(scope, path, signal);
  }

  /**
   * The text of a file, or some of its lines. Refuses besides with `workspace.too-large`, with `workspace.secret`, and
   * as unreadable what is no text or has no such line.
   */
  async read(scope: Scope, request: ReadRequest, signal: AbortSignal): Promise<FileText> {
    const { content, ...facts } = await this.readBytes(scope, { maxBytes: maxTextBytes, ...request }, signal);
    return { ...facts, ...(await textIn(content, request, signal)) };
  }

  /**
   * The bytes of a file, whatever they are; of `request` no lines count, and of secrets only those that a name gives
   * away.
   */
  async readBytes(scope: Scope, request: ReadRequest, signal: AbortSignal): Promise<FileBytes> {
    const { path, maxBytes = maxContentBytes, secrets = "refuse" } = request;
    await using file = await this.#openFile(scope, path, signal);
    for (const name of [path, file.path]) refuseSecretName(name, secrets);
    const { bytes: content, sha256 } = await readWhole(file, maxBytes, signal);
    return { path: file.path, sha256, bytes: content.length, modifiedMs: file.modifiedMs, content };
  }

  /** What is known of a file without showing anything of it. Refuses beyond 256 MiB. */
  async hash(scope: Scope, path: string, signal: AbortSignal): Promise<FileFacts> {
    await using file = await this.#openFile(scope, path, signal);
    const { bytes, modifiedMs } = file;
    return { path: file.path, bytes, modifiedMs, sha256: await hashWhole(file, maxHashedBytes, signal) };
  }

  /** What a path leads to, where that really lies and how large a file is, without reading anything of it. */
  async locate(scope: Scope, path: string, signal: AbortSignal): Promise<Located> {
    await using place = await this.#disk.open(scope, path, signal);
    return place.kind === "file"
      ? { kind: place.kind, path: place.path, bytes: place.bytes }
      : { kind: place.kind, path: place.path };
  }

  /** What lies in a directory, in the order of names, bounded. */
  async list(scope: Scope, request: ListRequest, signal: AbortSignal): Promise<Listing> {
    await using directory = await this.#openDirectory(scope, request.path ?? ".", signal);
    return await listFiles({ directory, ignore: await this.#ignored(scope, directory, signal) }, request, signal);
  }

  /** The files that lie below a directory, bounded; refuses as {@link Workspace.list} does. */
  async below(scope: Scope, path: string, signal: AbortSignal): Promise<FilesBelow> {
    await using directory = await this.#openDirectory(scope, path, signal);
    return await filesBelow({ directory, ignore: await this.#ignored(scope, directory, signal) }, signal);
  }

  /**
   * The lines that hold a text or fit a pattern, in one file or below a directory, bounded in every respect. Refuses with
   * `input.invalid` a pattern that is none, or that can take for ever. Files with secret names are not looked through.
   */
  async search(scope: Scope, request: SearchRequest, signal: AbortSignal): Promise<SearchReport> {
    await using place = await this.#disk.open(scope, request.path ?? ".", signal);
    const search = new FileSearch(place.path, request);
    if (place.kind === "file") return await search.file(place, signal);
    return await search.directory(place, await this.#ignored(scope, place, signal), signal);
  }

  async #ignored(scope: Scope, { path }: OpenDirectory, signal: AbortSignal): Promise<Ignored> {
    return await rulesAbove((each) => this.#disk.open(scope, each, signal), path, signal);
  }

  /**
   * Makes a new file in a directory that is there. Refuses as unreadable where there is something of that name already,
   * and as outside what belongs to git, which runs some of it.
   */
  async create(scope: Scope, { path, bytes }: { path: string; bytes: Uint8Array }, signal: AbortSignal): Promise<void> {
    const absolute = namedPath(scope, path);
    await using directory = await this.#openDirectory(scope, dirname(absolute), signal);
    const name = basename(absolute);
    if ([...namesOf(directory.path), name].some((each) => each.toLowerCase() === ".git")) throw ofGit(path);
    await directory.create(name, bytes);
  }

  async #openFile(scope: Scope, path: string, signal: AbortSignal): Promise<OpenFile> {
    const opened = await this.#disk.open(scope, path, signal);
    if (opened.kind === "file") return opened;
    await opened[Symbol.asyncDispose]();
    throw unreadable(path, "it is a directory", "a file");
  }

  async #openDirectory(scope: Scope, path: string, signal: AbortSignal): Promise<OpenDirectory> {
    const opened = await this.#disk.open(scope, path, signal);
    if (opened.kind === "directory") return opened;
    await opened[Symbol.asyncDispose]();
    throw unreadable(path, "it is a file", "a directory");
  }
}
