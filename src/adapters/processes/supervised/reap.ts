import type { Clock } from "../../../base/clock.ts";
import { killCgroup, membersOf, removeCgroup } from "./cgroup.ts";
import { instanceOf } from "./instance.ts";
import { Ledger, ledgerFolder } from "./ledger.ts";
import { hasVariable, type Identity, isLiving, listProcesses, readProcess } from "./process-table.ts";
import { markVariable, ProcessTree, signalOne } from "./process-tree.ts";

const maxPasses = 50;

/**
 * Ends what an earlier daemon on this folder left, or a supervisor that was lost: all in the cgroups of recorded
 * commands, the trees of those that are still the same process, and whoever carries this folder's mark. Answers
 * how many processes that were.
 */
export async function reapFolder(folder: string, clock: Clock): Promise<number> {
  const ledger = new Ledger(ledgerFolder(folder));
  const instance = await instanceOf(folder);
  const rows = ledger.rows();
  const cgroups = rows.flatMap((row) => row.cgroups);
  const living = rows.filter((row) => isLiving(readProcess(row.pid), row));
  const trees = living.map((row) => new ProcessTree(row, row.mark));
  const ended = new Set<string>();
  for (let pass = 0; pass < maxPasses; pass++) {
    const marked = markedBy(instance);
    const confined = cgroups.flatMap(livingIn);
    const found = [...[...marked, ...confined].map(nameOf), ...trees.flatMap((tree) => tree.living())];
    if (found.length === 0 && pass > 0) break;
    for (const name of found) ended.add(name);
    for (const cgroup of cgroups) killCgroup(cgroup);
    for (const tree of trees) tree.signal("SIGKILL");
    for (const one of marked) signalOne(one, "SIGKILL");
    await turn(clock);
  }
  for (const cgroup of cgroups.toReversed()) removeCgroup(cgroup);
  ledger.clear();
  return ended.size;
}

function livingIn(cgroup: string): Identity[] {
  return membersOf(cgroup).flatMap((pid) => {
    const row = readProcess(pid);
    return row !== undefined && isLiving(row, row) ? [row] : [];
  });
}

function markedBy(instance: string): Identity[] {
  const carries = ({ pid }: Identity) => pid !== process.pid && hasVariable(pid, markVariable, `${instance}:`);
  return listProcesses().filter((row) => isLiving(row, row) && carries(row));
}

function nameOf({ pid, startTime }: Identity): string {
  return `${pid}@${startTime}`;
}

async function turn(clock: Clock): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  using _timer = clock.timer(5, resolve);
  await promise;
}
