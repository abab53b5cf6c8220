import { constants, open, realpath, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Disk, Entry, OpenDirectory, OpenFile } from "../../../core/workspace/disk.ts";
import { namedPath, wayDown } from "../../../core/workspace/named-path.ts";
import { outside, refusedBySystem, unreadable } from "../../../core/workspace/refusals.ts";
import type { Scope } from "../../../core/workspace/scope.ts";
import { entriesOf, isNotThere, isOneName } from "./entries.ts";
import { Guard } from "./guard.ts";
import { createFile, LocalFile, noFile, READ_FLAGS } from "./local-file.ts";

/**
 * Looks where a path really leads and whether that lies in a root. Between the look and the use somebody who can write
 * in the root may put a link in the place of a directory: this keeps out who names a wrong path, not who races. For
 * systems without handles of directories that paths can begin at.
 */
export class RealPathDisk implements Disk {
  readonly way = "real-path";
  readonly #forbidden: readonly string[];

  constructor({ forbidden }: { forbidden: readonly string[] }) {
    this.#forbidden = forbidden;
  }

  async open(scope: Scope, path: string, signal: AbortSignal): Promise<OpenFile | OpenDirectory> {
    const absolute = namedPath(scope, path);
    signal.throwIfAborted();
    try {
      const guard = await Guard.over(this.#forbidden);
      const real = await realPathOf(scope, { path, absolute });
      const roots = await Promise.all(scope.roots.map((root) => realpath(root).catch(() => undefined)));
      const isInside = roots.some((root) => root !== undefined && wayDown(root, real) !== undefined);
      if (!isInside || !guard.admitsRoot(real)) throw outside(path, scope);
      return (await opened(real, guard)) ?? raise(outside(path, scope));
    } catch (error) {
      throw refusedBySystem(path, error, "a file or a directory that can be read");
    }
  }
}

/** Of what lies outside it is not even told whether it is there. */
async function realPathOf(scope: Scope, { path, absolute }: { path: string; absolute: string }): Promise<string> {
  try {
    return await realpath(absolute);
  } catch (error) {
    if (scope.roots.some((root) => wayDown(root, absolute) !== undefined)) throw error;
    throw outside(path, scope);
  }
}

/** `undefined` where no root may contain it. */
async function opened(real: string, guard: Guard): Promise<OpenFile | OpenDirectory | undefined> {
  const stats = await stat(real, { bigint: true });
  if (!(await guard.admits(stats, real, undefined))) return undefined;
  if (stats.isDirectory()) return new RealPathDirectory(real, guard);
  if (!stats.isFile()) throw noFile(real, stats);
  return new LocalFile({ path: real, stats, handle: await open(real, READ_FLAGS | constants.O_NOFOLLOW) });
}

/** A directory by its name, which may lead elsewhere by now. */
class RealPathDirectory implements OpenDirectory {
  readonly kind = "directory";
  readonly path: string;
  readonly #guard: Guard;

  constructor(path: string, guard: Guard) {
    this.path = path;
    this.#guard = guard;
  }

  entries(): AsyncIterable<Entry> {
    return entriesOf(this.path, this.path);
  }

  async child(name: string): Promise<OpenFile | OpenDirectory | undefined> {
    if (!isOneName(name)) return undefined;
    const path = join(this.path, name);
    try {
      return (await realpath(path)) === path ? await opened(path, this.#guard) : undefined;
    } catch (error) {
      if (isNotThere(error)) return undefined;
      throw error;
    }
  }

  async create(name: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.path, name);
    if (!isOneName(name)) throw unreadable(path, "that is no name", "one name");
    try {
      await createFile(path, bytes, () => unlink(path));
    } catch (error) {
      throw refusedBySystem(path, error, "a new name in a directory that can be written");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function raise(fault: Error): never {
  throw fault;
}
