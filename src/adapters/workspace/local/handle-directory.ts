import { open, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Entry, OpenDirectory, OpenFile } from "../../../core/workspace/disk.ts";
import { refusedBySystem, unreadable } from "../../../core/workspace/refusals.ts";
import { type Place, stepInto } from "./descend.ts";
import { entriesOf, isNotThere, isOneName } from "./entries.ts";
import type { Guard } from "./guard.ts";
import { createFile, LocalFile, noFile, READ_FLAGS } from "./local-file.ts";

/** A directory by its handle, whatever it is called by now. */
class HandleDirectory implements OpenDirectory {
  readonly kind = "directory";
  readonly path: string;
  readonly #place: Place;
  readonly #guard: Guard;

  constructor(place: Place, guard: Guard) {
    this.path = place.path;
    this.#place = place;
    this.#guard = guard;
  }

  get handle(): string {
    return this.#place.handle.shared;
  }

  entries(): AsyncIterable<Entry> {
    return entriesOf(this.#place.handle.through, this.path);
  }

  async child(name: string): Promise<OpenFile | OpenDirectory | undefined> {
    if (!isOneName(name)) return undefined;
    try {
      const next = await stepInto(this.#place, name, this.#guard);
      return typeof next === "string" ? undefined : await opened(next, this.#guard);
    } catch (error) {
      if (isNotThere(error)) return undefined;
      throw error;
    }
  }

  async create(name: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.path, name);
    if (!isOneName(name)) throw unreadable(path, "that is no name", "one name");
    const target = `${this.#place.handle.through}/${name}`;
    try {
      await createFile(target, bytes, () => unlink(target));
    } catch (error) {
      throw refusedBySystem(path, error, "a new name in a directory that can be written");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#place.handle[Symbol.asyncDispose]();
  }
}

/** What is at a place, ready for use; what is neither a file nor a directory is refused and closed. */
export async function opened(place: Place, guard: Guard): Promise<OpenFile | OpenDirectory> {
  const { handle, path } = place;
  const { stats } = handle;
  if (stats.isDirectory()) return new HandleDirectory(place, guard);
  await using _place = handle;
  if (!stats.isFile()) throw noFile(path, stats);
  return new LocalFile({ path, stats, handle: await open(handle.through, READ_FLAGS) });
}
