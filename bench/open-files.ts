import { readFileSync } from "node:fs";

/** How many descriptors a process here may have. */
export function openFiles(): number {
  const [, soft] = /Max open files\s+(\d+)/.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
  return Number(soft ?? 1024);
}
