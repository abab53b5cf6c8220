import type { BigIntStats } from "node:fs";
import { constants, type FileHandle, open, readlink } from "node:fs/promises";

/** Linux: a handle that only says where something is. It needs no right to read, and opening it touches no device. */
const O_PATH = 0o10_000_000;

/**
 * Something on the disk, whatever it is, held by a handle: renaming it or putting a link in its place changes nothing for
 * whoever holds it.
 */
export class PathHandle implements AsyncDisposable {
  readonly stats: BigIntStats;
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle, stats: BigIntStats) {
    this.#handle = handle;
    this.stats = stats;
  }

  /** What the path leads to; a link that is its last name is itself, unless it shall be followed. */
  static async open(path: string, links: "follow" | "hold"): Promise<PathHandle> {
    const handle = await open(path, O_PATH | (links === "hold" ? constants.O_NOFOLLOW : 0));
    try {
      return new PathHandle(handle, await handle.stat({ bigint: true }));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** A path of this process that leads to exactly this, for as long as it is held. */
  get through(): string {
    return `/proc/self/fd/${this.#handle.fd}`;
  }

  /** The same for other processes of the same user. */
  get shared(): string {
    return `/proc/${process.pid}/fd/${this.#handle.fd}`;
  }

  /** What this directory has under that one name. */
  async below(name: string): Promise<PathHandle> {
    return await PathHandle.open(`${this.through}/${name}`, "hold");
  }

  /** Where the link of that name in this directory leads. */
  async linkBelow(name: string): Promise<string> {
    return await readlink(`${this.through}/${name}`);
  }

  /** Its real absolute path, as the kernel knows it now. */
  async realPath(): Promise<string> {
    return await readlink(this.through);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}
