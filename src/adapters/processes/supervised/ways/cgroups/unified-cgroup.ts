import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CommandCgroup } from "./command-cgroup.ts";
import { outOfMemoryKills } from "./out-of-memory.ts";
import { removeFolders } from "./remove-folders.ts";

/** Held by a cgroup of version 2: the kernel stops and kills all of it at once, what forks at the moment too. */
export class UnifiedCgroup implements CommandCgroup {
  readonly folders: readonly string[];
  readonly #holder: string;

  constructor(holder: string, others: readonly string[]) {
    this.#holder = holder;
    this.folders = [holder, ...others];
  }

  freeze(): void {
    this.#write("cgroup.freeze", "1");
  }

  thaw(): void {
    this.#write("cgroup.freeze", "0");
  }

  isFrozen(): boolean {
    return /^frozen 1$/m.test(readFileSync(join(this.#holder, "cgroup.events"), "utf8"));
  }

  kill(): void {
    this.#write("cgroup.kill", "1");
  }

  ranOutOfMemory(): boolean {
    return this.folders.some((folder) => outOfMemoryKills(folder) > 0);
  }

  remove(): void {
    removeFolders(this.folders);
  }

  #write(file: string, value: string): void {
    writeFileSync(join(this.#holder, file), value);
  }
}
