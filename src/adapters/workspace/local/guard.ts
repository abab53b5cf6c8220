import type { BigIntStats } from "node:fs";
import { readdir, realpath, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { wayDown } from "../../../core/workspace/named-path.ts";

/** By which Linux tells its own file systems, as in `statfs(2)`: what is in them are no files of anybody. */
const kernelFileSystems: ReadonlySet<number> = new Set([
  0x9fa0, // proc
  0x6265_6572, // sysfs
  0x1cd1, // devpts
  0x0027_e0eb, // cgroup
  0x6367_7270, // cgroup2
  0x6462_6720, // debugfs
  0x7472_6163, // tracefs
  0x7363_6673, // securityfs
  0xcafe_4a11, // bpf
  0x6265_6570, // configfs
  0xde5e_81e4, // efivarfs
  0x6165_676c, // pstore
  0xf97c_ff8c, // selinuxfs
  0x6e73_6673, // nsfs
  0x1980_0202, // mqueue
  0x4249_4e4d, // binfmt_misc
]);

interface Kept {
  path: string;
  identity: string;
  device: bigint;
}

/**
 * What no root may contain, as it stood when a path began to be followed: the kernel's own files, and the directories
 * that are cut out, known by what they are and not by what they are called.
 */
export class Guard {
  readonly #kept: readonly Kept[];
  #files: Promise<ReadonlySet<string>> | undefined;

  private constructor(kept: readonly Kept[]) {
    this.#kept = kept;
  }

  /** A directory that is not there keeps nothing. */
  static async over(directories: readonly string[]): Promise<Guard> {
    const kept = await Promise.all(directories.map((each) => keptAt(each).catch(() => undefined)));
    return new Guard(kept.filter((each) => each !== undefined));
  }

  /** Whether a root may be one that lies there, going by real names. */
  admitsRoot(real: string): boolean {
    return !this.#kept.some(({ path }) => wayDown(path, real) !== undefined);
  }

  /** Whether a root may contain what these are the stats of. `path` leads to it now; `parent` is the device of the directory it is in. */
  async admits(stats: BigIntStats, path: string, parent: bigint | undefined): Promise<boolean> {
    if (this.#kept.some(({ identity }) => identity === identityOf(stats))) return false;
    if (stats.dev !== parent && kernelFileSystems.has((await statfs(path)).type >>> 0)) return false;
    const isLinked = stats.isFile() && stats.nlink > 1n && this.#kept.some(({ device }) => device === stats.dev);
    if (!isLinked) return true;
    this.#files ??= filesOf(this.#kept);
    return !(await this.#files).has(identityOf(stats));
  }
}

async function keptAt(directory: string): Promise<Kept> {
  const stats = await stat(directory, { bigint: true });
  return { path: await realpath(directory), identity: identityOf(stats), device: stats.dev };
}

/** The files directly in these directories: a second name elsewhere makes none of them another file. */
async function filesOf(kept: readonly Kept[]): Promise<ReadonlySet<string>> {
  const names = await Promise.all(kept.map(async ({ path }) => (await readdir(path)).map((name) => join(path, name))));
  const stats = await Promise.all(names.flat().map((each) => stat(each, { bigint: true }).catch(() => undefined)));
  return new Set(stats.flatMap((each) => (each?.isFile() ? identityOf(each) : [])));
}

function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}
