import { readFileSync } from "node:fs";

/** Bytes of memory that a process occupies, as Linux counts them. */
export function memoryOf(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
  if (kilobytes === undefined) throw new Error(`process ${pid} tells no memory`);
  return Number(kilobytes) * 1024;
}

export const mebibyte = 1024 * 1024;
