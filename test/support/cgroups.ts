import assert from "node:assert/strict";
import { readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { instanceOf } from "../../src/adapters/processes/supervised/instance.ts";
import { ownHierarchies } from "../../src/adapters/processes/supervised/ways/cgroups/hierarchies.ts";
import { cgroupsBeginning } from "../../src/adapters/processes/supervised/ways/entrances.ts";

const maxTries = 1500;

/** Cgroups that the commands of this folder left; none where there are no cgroups. */
export async function cgroupsOf(folder: string): Promise<string[]> {
  if (process.platform !== "linux") return [];
  const beginning = cgroupsBeginning(await instanceOf(folder));
  return Object.values(ownHierarchies()).flatMap((own) => {
    return readdirSync(own).flatMap((name) => (name.startsWith(beginning) ? [join(own, name)] : []));
  });
}

/** For a daemon that was killed and has no next start: throws where what it left does not become empty. */
export async function removeCgroups(folder: string): Promise<void> {
  for (let left = await cgroupsOf(folder), tries = 0; left.length > 0; tries++) {
    if (tries === maxTries) assert.fail(`Cgroups left behind: ${left.join(" ")}`);
    for (const cgroup of left) attempt(() => rmdirSync(cgroup));
    await new Promise((resolve) => setTimeout(resolve, 10));
    left = await cgroupsOf(folder);
  }
}

/** What is not empty yet is tried again. */
function attempt(work: () => void): void {
  try {
    work();
  } catch {
    return;
  }
}
