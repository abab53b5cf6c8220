import { existsSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Processes in a cgroup, of either version; empty where it is gone. */
export function membersOf(cgroup: string): number[] {
  try {
    return readFileSync(join(cgroup, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Kills all that is in it, at once where the kernel can (version 2); removes it where nothing is left. */
export function killCgroup(cgroup: string): void {
  const switchOff = join(cgroup, "cgroup.kill");
  const freezer = join(cgroup, "freezer.state");
  try {
    if (existsSync(switchOff)) writeFileSync(switchOff, "1");
    else for (const pid of membersOf(cgroup)) process.kill(pid, "SIGKILL");
    // What is frozen in version 1 does not even die.
    if (existsSync(freezer)) writeFileSync(freezer, "THAWED");
  } catch {
    // Members end meanwhile; who is left is seen by the next look.
  }
}

/** Removes an empty cgroup; one that is gone, or not empty yet, is left as it is. */
export function removeCgroup(cgroup: string): void {
  try {
    rmdirSync(cgroup);
  } catch {
    return;
  }
}
