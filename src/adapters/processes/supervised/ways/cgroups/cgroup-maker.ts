import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Confinement, ProcessLimits } from "../../../../../core/processes/process-host.ts";
import { killCgroup, removeCgroup } from "../../cgroup.ts";
import type { CommandCgroup } from "./command-cgroup.ts";
import { limitsIn } from "./delegation.ts";
import type { Hierarchies } from "./hierarchies.ts";
import { UnifiedCgroup } from "./unified-cgroup.ts";
import { VersionOneCgroup } from "./version-one-cgroup.ts";

/** Names that daemons of all folders give to theirs. */
const anyDaemons = /^exai-(try-|look-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
/** Far longer than a command takes from its cgroup to its first process. */
const abandonedMs = 600_000;

/** Makes the cgroups that commands live in: a folder in each hierarchy that helps to limit, stop and end them. */
export class CgroupMaker {
  readonly limits: Confinement["limits"] & ("cgroup2" | "cgroup1" | "none");
  readonly #hierarchies: Hierarchies;
  readonly #holder: { version: 1 | 2; folder: string };

  private constructor(parts: {
    limits: CgroupMaker["limits"];
    hierarchies: Hierarchies;
    holder: { version: 1 | 2; folder: string };
  }) {
    this.limits = parts.limits;
    this.#hierarchies = parts.hierarchies;
    this.#holder = parts.holder;
  }

  /** Answers why there can be none, after really making one. */
  static open(hierarchies: Hierarchies): CgroupMaker | string {
    const { unified, memory, pids, freezer } = hierarchies;
    const holder = holderOf(unified, freezer);
    if (holder === undefined) return "no cgroup that this user may divide can stop and end all that is in it";
    const limits = limitsOf(hierarchies);
    const used: Hierarchies = limits === "cgroup1" ? { ...(memory && { memory }), ...(pids && { pids }) } : {};
    const maker = new CgroupMaker({ limits, hierarchies: used, holder });
    try {
      maker.make(`exai-try-${randomUUID()}`, { memoryBytes: 2 ** 30, processes: 100 }).remove();
      return maker;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /**
   * Empties and removes those whose names begin so: a daemon that was killed before it could record them left them. Empty
   * ones of other daemons too that have been there for ten minutes: one whose folder is gone has no next start.
   */
  clear(beginning: string): void {
    for (const own of [this.#holder.folder, ...Object.values(this.#hierarchies)])
      for (const name of readdirSync(own)) {
        const folder = join(own, name);
        // What stood ready there for a next command may be about to end.
        if (name.startsWith(beginning)) killCgroup(folder);
        if (name.startsWith(beginning) || (anyDaemons.test(name) && isOld(folder))) removeCgroup(folder);
      }
  }

  make(name: string, limits: ProcessLimits): CommandCgroup {
    const held = this.hold(name);
    try {
      return this.limited(held, limits);
    } catch (error) {
      held.remove();
      throw error;
    }
  }

  /** The one that stops and ends all that is in it, without a limit. */
  hold(name: string): CommandCgroup {
    const holder = join(this.#holder.folder, name);
    mkdirSync(holder);
    return this.#commands(holder, []);
  }

  /** A held one with its limits, and those that only limit beside it. */
  limited({ folders: [holder = ""] }: CommandCgroup, limits: ProcessLimits): CommandCgroup {
    const others = this.#limiting(limits).map((own) => join(own, basename(holder)));
    const made: string[] = [];
    try {
      limit(holder, limits);
      for (const one of others) {
        mkdirSync(one);
        made.push(one);
        limit(one, limits);
      }
    } catch (error) {
      for (const one of made) rmdirSync(one);
      throw error;
    }
    return this.#commands(holder, others);
  }

  #commands(holder: string, others: readonly string[]): CommandCgroup {
    return this.#holder.version === 2 ? new UnifiedCgroup(holder, others) : new VersionOneCgroup(holder, others);
  }

  /** To join one takes a process a while: only where there is something to limit. */
  #limiting({ memoryBytes, processes }: ProcessLimits): string[] {
    const { memory, pids } = this.#hierarchies;
    return [memoryBytes !== undefined && memory, processes !== undefined && pids].filter(
      (own) => typeof own === "string",
    );
  }
}

function holderOf(unified: string | undefined, freezer: string | undefined) {
  // The root of a hierarchy has no switches of its own; those made in it do.
  if (unified !== undefined && canKill(unified)) return { version: 2 as const, folder: unified };
  return freezer === undefined ? undefined : { version: 1 as const, folder: freezer };
}

function canKill(unified: string): boolean {
  const trial = join(unified, `exai-look-${randomUUID()}`);
  try {
    mkdirSync(trial);
  } catch {
    return false;
  }
  const can = existsSync(join(trial, "cgroup.kill")) && existsSync(join(trial, "cgroup.freeze"));
  rmdirSync(trial);
  return can;
}

function isOld(folder: string): boolean {
  const madeMs = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
  return Date.now() - madeMs > abandonedMs;
}

function limitsOf({ unified, memory, pids }: Hierarchies): CgroupMaker["limits"] {
  if (unified !== undefined && limitsIn(unified)) return "cgroup2";
  return memory !== undefined && pids !== undefined ? "cgroup1" : "none";
}

/** The sandbox's two processes and its warden count too. */
const ownProcesses = 3;

/** Sets what this folder has a file for. Memory is not to be had from swap instead. */
function limit(folder: string, { memoryBytes, processes }: ProcessLimits): void {
  if (memoryBytes !== undefined) {
    set(folder, "memory.max", memoryBytes);
    set(folder, "memory.swap.max", 0);
    set(folder, "memory.limit_in_bytes", memoryBytes);
    set(folder, "memory.memsw.limit_in_bytes", memoryBytes);
  }
  if (processes !== undefined) set(folder, "pids.max", processes + ownProcesses);
}

function set(folder: string, file: string, value: number): void {
  const path = join(folder, file);
  if (existsSync(path)) writeFileSync(path, String(value));
}
