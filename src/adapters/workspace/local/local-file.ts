import type { BigIntStats } from "node:fs";
import { constants, type FileHandle, open } from "node:fs/promises";
import type { OpenFile } from "../../../core/workspace/disk.ts";
import { refusedBySystem, unreadable } from "../../../core/workspace/refusals.ts";

const { O_CREAT, O_EXCL, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** For regular files; the last two keep anything else from holding up whoever opens it. */
export const READ_FLAGS = O_RDONLY | O_NONBLOCK | O_NOCTTY;

export class LocalFile implements OpenFile {
  readonly kind = "file";
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  readonly #handle: FileHandle;

  constructor({ path, handle, stats }: { path: string; handle: FileHandle; stats: BigIntStats }) {
    this.path = path;
    this.bytes = Number(stats.size);
    this.modifiedMs = Number(stats.mtimeMs);
    this.#handle = handle;
  }

  async read(into: Uint8Array, offset: number): Promise<number> {
    try {
      return (await this.#handle.read(into, 0, into.length, offset)).bytesRead;
    } catch (error) {
      throw refusedBySystem(this.path, error, "a file that can be read");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/** Makes a file where there is nothing; one that could not be written to its end is taken away again with `remove`. */
export async function createFile(path: string, bytes: Uint8Array, remove: () => Promise<void>): Promise<void> {
  await using handle = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
  try {
    await handle.writeFile(bytes);
    await handle.datasync();
  } catch (error) {
    await remove();
    throw error;
  }
}

/** What is neither a file nor a directory, by its name for people. */
export function noFile(path: string, stats: BigIntStats): Error {
  const kinds = [
    [stats.isFIFO(), "a FIFO"],
    [stats.isSocket(), "a socket"],
    [stats.isBlockDevice() || stats.isCharacterDevice(), "a device"],
  ] as const;
  const what = kinds.find(([is]) => is)?.[1] ?? "no file";
  return unreadable(path, `it is ${what}`, "a regular file or a directory");
}
