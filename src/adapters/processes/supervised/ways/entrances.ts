import { join } from "node:path";
import type { CgroupMaker } from "./cgroups/cgroup-maker.ts";
import { Entrance } from "./entrance.ts";

export interface EntrancesParts {
  cgroups: CgroupMaker | undefined;
  /** How the names of its cgroups begin. */
  beginning: string;
  /** Where what they become is written; nobody else may read it. */
  folder: string;
}

/** How the names of all cgroups of a daemon's folder begin. */
export function cgroupsBeginning(instance: string): string {
  return `exai-${instance}`;
}

/**
 * Entrances, of which one stands ready for the next command once there was a first: to spawn a shell and have it join
 * a cgroup takes about as long as all of the rest.
 */
export class Entrances implements AsyncDisposable {
  readonly #parts: EntrancesParts;
  #made = 0;
  #spare: Entrance | undefined;
  #refilling: NodeJS.Immediate | undefined;
  #isClosed = false;

  constructor(parts: EntrancesParts) {
    this.#parts = parts;
  }

  /** Throws where no cgroup can be made. */
  take(): Entrance {
    const spare = this.#spare;
    this.#spare = undefined;
    this.#refilling ??= setImmediate(() => this.#refill());
    if (spare?.isOpen === true) return spare;
    void spare?.[Symbol.asyncDispose]();
    return this.#make();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearImmediate(this.#refilling);
    await this.#spare?.[Symbol.asyncDispose]();
    this.#parts.cgroups?.clear(this.#parts.beginning);
  }

  #make(): Entrance {
    const { cgroups, beginning, folder } = this.#parts;
    this.#made += 1;
    const cgroup = cgroups?.hold(`${beginning}-${this.#made}`);
    return new Entrance({ file: join(folder, `become-${this.#made}`), cgroup });
  }

  /** Where it cannot be, the next start says why. */
  #refill(): void {
    this.#refilling = undefined;
    if (this.#isClosed || this.#spare !== undefined) return;
    try {
      this.#spare = this.#make();
    } catch {
      this.#spare = undefined;
    }
  }
}
