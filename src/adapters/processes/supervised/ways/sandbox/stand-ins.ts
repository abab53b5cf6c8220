import { lstatSync, mkdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { Disposal } from "../../../../../base/disposal.ts";
import { smallFile } from "./small-file.ts";

interface StandIn {
  users: number;
  remove: () => void;
}

/** Of each, something that says the same as its absence: a common folder that is the folder itself, an empty rest. */
const contents: Readonly<Record<string, string>> = { config: "", commondir: ".\n" };
/** Whoever may not write there has nothing to be kept from; what others took or filled meanwhile is theirs. */
const harmless = new Set(["EACCES", "EPERM", "EROFS", "EEXIST", "ENOENT", "ENOTEMPTY", "ENOTDIR"]);

/**
 * What stands where a command must not put anything: there while any command runs that needs it, then removed.
 * One that a killed daemon left behind changes nothing for the repository.
 */
export class StandIns {
  readonly #taken = new Map<string, StandIn>();

  take(paths: readonly string[]): Disposable {
    const own = paths.filter((path) => this.#takes(path));
    return new Disposal(() => own.forEach((path) => void this.#release(path)));
  }

  #takes(path: string): boolean {
    const known = this.#taken.get(path);
    if (known === undefined && lstatSync(path, { throwIfNoEntry: false }) !== undefined) return false;
    const standIn = known ?? { users: 0, remove: standInFor(path) };
    standIn.users += 1;
    this.#taken.set(path, standIn);
    return true;
  }

  #release(path: string): void {
    const standIn = this.#taken.get(path);
    if (standIn === undefined) return;
    standIn.users -= 1;
    if (standIn.users > 0) return;
    this.#taken.delete(path);
    standIn.remove();
  }
}

function standInFor(path: string): () => void {
  const content = contents[basename(path)];
  if (content === undefined) {
    attempt(() => mkdirSync(path));
    return () => attempt(() => rmdirSync(path));
  }
  attempt(() => writeFileSync(path, content, { flag: "wx" }));
  return () => attempt(() => smallFile(path) === content && rmSync(path));
}

function attempt(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (!harmless.has(code)) throw error;
  }
}
