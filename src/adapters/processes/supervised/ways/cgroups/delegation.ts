import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listProcesses, readProcess } from "../../process-table.ts";
import { daemonsFolder } from "./hierarchies.ts";

const wanted = ["memory", "pids"];

/**
 * Whether cgroups made in this folder of version 2 can limit memory and processes; makes it so where this process
 * may. A cgroup with limited ones below it holds no processes itself: where all in it are the daemon's own, they
 * move into one of their own.
 */
export function limitsIn(folder: string): boolean {
  if (!wanted.every((name) => wordsOf(folder, "cgroup.controllers").includes(name))) return false;
  if (hands(folder)) return true;
  if (handOut(folder)) return true;
  return withdraw(folder) && handOut(folder);
}

function hands(folder: string): boolean {
  const handed = wordsOf(folder, "cgroup.subtree_control");
  return wanted.every((name) => handed.includes(name));
}

function handOut(folder: string): boolean {
  return attempt(() => {
    writeFileSync(join(folder, "cgroup.subtree_control"), wanted.map((name) => `+${name}`).join(" "));
  });
}

function withdraw(folder: string): boolean {
  const members = wordsOf(folder, "cgroup.procs").map(Number);
  const own = ownProcesses();
  if (!members.every((pid) => own.has(pid))) return false;
  return attempt(() => {
    const inner = join(folder, daemonsFolder);
    mkdirSync(inner, { recursive: true });
    for (const pid of members) writeFileSync(join(inner, "cgroup.procs"), String(pid));
  });
}

/** This process with all that descends from it, and its parent where that is the daemon, which runs the same program. */
function ownProcesses(): Set<number> {
  const parent = readProcess(process.ppid);
  const isDaemons = parent !== undefined && programOf(process.ppid) === programOf(process.pid);
  const own = new Set(isDaemons ? [process.pid, process.ppid] : [process.pid]);
  const table = listProcesses();
  // A Set hands out what is added while it is walked, so this goes all the way down.
  for (const pid of own) for (const row of table) if (row.parent === pid) own.add(row.pid);
  return own;
}

function programOf(pid: number): string {
  return wordsIn(`/proc/${pid}/comm`).join(" ");
}

function wordsOf(folder: string, file: string): string[] {
  return wordsIn(join(folder, file));
}

function wordsIn(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split(/\s+/).filter(Boolean);
  } catch {
    return [];
  }
}

function attempt(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
