import { existsSync } from "node:fs";
import type { ProcessLimits } from "../../../../core/processes/process-host.ts";

const prlimit = "/usr/bin/prlimit";
/** The sandbox's first process and its warden count too. */
const ownProcesses = 2;

/** Whether this system can limit what one process uses. */
export const hasRlimits = existsSync(prlimit);

/**
 * What goes before a program so that the kernel holds its limits, for each process alone; the number of processes
 * for all of its user in its sandbox. What a cgroup holds is left to it.
 */
export function rlimitLine(limits: ProcessLimits, heldByCgroup: readonly (keyof ProcessLimits)[]): string[] {
  if (!hasRlimits) return [];
  const line = [prlimit];
  const add = (name: keyof ProcessLimits, option: (value: number) => string) => {
    const value = limits[name];
    if (value !== undefined && !heldByCgroup.includes(name)) line.push(option(value));
  };
  // The first limit ends a program with a signal of its own, the second with KILL.
  add("cpuMs", (ms) => `--cpu=${Math.ceil(ms / 1000)}:${Math.ceil(ms / 1000) + 1}`);
  add("fileBytes", (bytes) => `--fsize=${bytes}`);
  add("openFiles", (files) => `--nofile=${files}`);
  add("memoryBytes", (bytes) => `--data=${bytes}`);
  add("processes", (processes) => `--nproc=${processes + ownProcesses}`);
  return line.length === 1 ? [] : [...line, "--"];
}
