import type { Clock } from "../../../base/clock.ts";
import type { Ledger } from "./ledger.ts";
import { hasVariable, type Identity, isLiving, listProcesses, readProcess } from "./process-table.ts";
import { markVariable, ProcessTree, signalOne } from "./process-tree.ts";

const maxPasses = 50;

/**
 * Ends what an earlier daemon on this folder left: the trees of recorded commands that are still the same
 * process, and whoever carries this folder's mark. Answers how many processes that were.
 */
export async function reap(parts: { ledger: Ledger; instance: string; clock: Clock }): Promise<number> {
  const rows = parts.ledger.rows().filter((row) => isLiving(readProcess(row.pid), row));
  const trees = rows.map((row) => new ProcessTree(row, row.mark));
  const ended = new Set<string>();
  for (let pass = 0; pass < maxPasses; pass++) {
    const marked = markedBy(parts.instance);
    const found = [...marked.map(nameOf), ...trees.flatMap((tree) => tree.living())];
    if (found.length === 0 && pass > 0) break;
    for (const name of found) ended.add(name);
    for (const tree of trees) tree.signal("SIGKILL");
    for (const one of marked) signalOne(one, "SIGKILL");
    await turn(parts.clock);
  }
  parts.ledger.clear();
  return ended.size;
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
