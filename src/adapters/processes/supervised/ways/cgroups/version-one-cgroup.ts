import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { membersOf } from "../../cgroup.ts";
import { send } from "../../tree.ts";
import type { CommandCgroup } from "./command-cgroup.ts";
import { outOfMemoryKills } from "./out-of-memory.ts";
import { removeFolders } from "./remove-folders.ts";

/** Held by the freezer of version 1. What is frozen does not even die there: it is thawed once it is killed. */
export class VersionOneCgroup implements CommandCgroup {
  readonly folders: readonly string[];
  readonly #freezer: string;

  constructor(freezer: string, others: readonly string[]) {
    this.#freezer = freezer;
    this.folders = [freezer, ...others];
  }

  freeze(): void {
    this.#turn("FROZEN");
  }

  thaw(): void {
    this.#turn("THAWED");
  }

  isFrozen(): boolean {
    return readFileSync(join(this.#freezer, "freezer.state"), "utf8").trim() === "FROZEN";
  }

  /** Frozen first, so that none forks while the others are reached. */
  kill(): void {
    this.freeze();
    for (const pid of membersOf(this.#freezer)) send(pid, "SIGKILL");
    this.thaw();
  }

  ranOutOfMemory(): boolean {
    return this.folders.some((folder) => outOfMemoryKills(folder) > 0);
  }

  remove(): void {
    removeFolders(this.folders);
  }

  #turn(state: "FROZEN" | "THAWED"): void {
    writeFileSync(join(this.#freezer, "freezer.state"), state);
  }
}
