import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Memory of a container: what it may use, and what it uses less what the kernel can drop at once. */
export interface ContainerMemory {
  limitBytes: number;
  usedBytes: number;
}

/** The two generations of control groups name the same things differently. */
const generations = [
  {
    line: /^0::(.*)$/m,
    mount: "sys/fs/cgroup",
    limit: "memory.max",
    used: "memory.current",
    cache: /^(?:in)?active_file (\d+)$/gm,
  },
  {
    line: /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m,
    mount: "sys/fs/cgroup/memory",
    limit: "memory.limit_in_bytes",
    used: "memory.usage_in_bytes",
    cache: /^total_(?:in)?active_file (\d+)$/gm,
  },
] as const;

/**
 * The nearest group above this process that has a limit below `machineBytes`, or `undefined` where there is
 * none or this is no Linux. `root` is where `/proc` and `/sys` are.
 */
export function containerMemory(root: string, machineBytes: number): ContainerMemory | undefined {
  const groups = read(join(root, "proc/self/cgroup"));
  for (const generation of generations) {
    const group = generation.line.exec(groups)?.[1];
    if (group === undefined) continue;
    const mount = join(root, generation.mount);
    // Inside a container the path may be the host's, which is not there: its top then is the container's own group.
    for (let path = join("/", group); ; path = dirname(path)) {
      const folder = join(mount, path);
      const limitBytes = Number(read(join(folder, generation.limit)).trim() || Number.NaN);
      if (limitBytes < machineBytes) return { limitBytes, usedBytes: usedIn(folder, generation) };
      if (path === "/") break;
    }
  }
  return undefined;
}

function usedIn(folder: string, { used, cache }: (typeof generations)[number]): number {
  const stat = read(join(folder, "memory.stat"));
  const cacheBytes = [...stat.matchAll(cache)].reduce((sum, match) => sum + Number(match[1]), 0);
  return Math.max(0, Number(read(join(folder, used))) - cacheBytes);
}

/** Empty where there is no such file: another system, or a container that hides it. */
function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
