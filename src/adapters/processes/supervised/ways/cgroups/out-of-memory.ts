import { readFileSync } from "node:fs";
import { join } from "node:path";

/** How many processes of a cgroup the kernel has ended for want of memory; 0 where it does not count. */
export function outOfMemoryKills(folder: string): number {
  for (const file of ["memory.events", "memory.oom_control"]) {
    const [, count] = /^oom_kill (\d+)$/m.exec(contentOf(join(folder, file))) ?? [];
    if (count !== undefined) return Number(count);
  }
  return 0;
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
