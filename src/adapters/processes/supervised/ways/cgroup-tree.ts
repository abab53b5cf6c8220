import type { ProcessUsage } from "../../../../core/processes/process-host.ts";
import type { Tree } from "../tree.ts";
import type { CommandCgroup } from "./cgroups/command-cgroup.ts";

/** A tree in a cgroup of its own: stopped and killed as one by the kernel. */
export class CgroupTree implements Tree {
  readonly #tree: Tree;
  readonly #cgroup: CommandCgroup;

  constructor(tree: Tree, cgroup: CommandCgroup) {
    this.#tree = tree;
    this.#cgroup = cgroup;
  }

  living(): string[] {
    return this.#tree.living();
  }

  running(): string[] {
    return this.#cgroup.isFrozen() ? [] : this.#tree.living();
  }

  /** Those too that something inside has stopped. */
  stopped(): string[] {
    return this.#cgroup.isFrozen() ? this.#tree.living() : this.#tree.stopped();
  }

  signal(signal: NodeJS.Signals): void {
    if (signal === "SIGSTOP") this.#cgroup.freeze();
    else if (signal === "SIGKILL") this.#cgroup.kill();
    else {
      this.#tree.signal(signal);
      if (signal === "SIGCONT") this.#cgroup.thaw();
    }
  }

  usage(): ProcessUsage | undefined {
    return this.#tree.usage();
  }
}
