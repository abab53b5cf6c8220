import { ClientProcess } from "../client-process.ts";
import type { InterruptingClient } from "../clients/interrupting-client.ts";
import { Daemon } from "../daemon.ts";
import { median } from "../numbers.ts";
import { openRoot } from "../root.ts";
import { type Bench, type Finding, type Row, told } from "../row.ts";

const bytesPerSecond = 1_000_000;
const goalMs = 500;

export const interrupt: Row = {
  number: 13,
  name: "interrupt",
  what: "Ctrl-C to silence: `yes` on a terminal that shows 1 MB/s",
  run,
};

async function run(bench: Bench): Promise<Finding[]> {
  const env = { EXAI_EXEC_ALLOW: "yes", EXAI_ROOTS: await openRoot(bench.installed) };
  await using daemon = await Daemon.start({ ...bench, env });
  await using client = new ClientProcess<InterruptingClient>("interrupting-client");
  const afterMs = bench.scale === "full" ? 10_000 : 3000;
  const rounds: number[] = [];
  for (let round = 1; round <= bench.rounds; round++) {
    const silentMs = await client.ask("interrupt", { server: daemon.server, bytesPerSecond, afterMs });
    rounds.push(silentMs);
    bench.say(`round ${round}: ${Math.round(silentMs)} ms`);
  }
  const silentMs = median(rounds);
  return [{ what: "until silent", product: silentMs, unit: "ms", goal: told(silentMs, goalMs, "≤ 500 ms") }];
}
