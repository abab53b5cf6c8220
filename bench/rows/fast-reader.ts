import { ClientProcess } from "../client-process.ts";
import type { OutputClient, Throughput } from "../clients/output-client.ts";
import { Daemon } from "../daemon.ts";
import { Floor } from "../floor.ts";
import { median } from "../numbers.ts";
import { openRoot } from "../root.ts";
import { atLeast, atMost, type Bench, type Finding, type Row } from "../row.ts";

const MB = 1_000_000;

export const fastReader: Row = {
  number: 5,
  name: "fast-reader",
  what: "output of `yes` to a fast reader, through host and spool",
  run,
};

async function run(bench: Bench): Promise<Finding[]> {
  await using floor = await Floor.start("pump-server");
  const env = { EXAI_EXEC_ALLOW: "yes", EXAI_ROOTS: await openRoot(bench.installed) };
  await using daemon = await Daemon.start({ ...bench, env });
  await using client = new ClientProcess<OutputClient>("output-client");
  const forMs = bench.scale === "full" ? 4000 : 1500;
  for (const { server } of [floor, daemon]) await client.ask("read", { server, forMs: 500 });
  const rounds: { floor: Throughput; product: Throughput }[] = [];
  for (let round = 1; round <= bench.rounds; round++) {
    const bare = await client.ask("read", { server: floor.server, forMs });
    const own = await client.ask("read", { server: daemon.server, forMs });
    rounds.push({ floor: bare, product: own });
    bench.say(`round ${round}: bare ${shown(bare)}, exai ${shown(own)}`);
  }
  const ratio = median(rounds.map(({ floor: bare, product }) => product.perSecond / bare.perSecond));
  const notSent = rounds.reduce((sum, { product }) => sum + product.missing + product.wrong, 0);
  return [
    {
      what: "bytes a second",
      product: median(rounds.map(({ product }) => product.perSecond / MB)),
      unit: "MB/s",
      floor: median(rounds.map((round) => round.floor.perSecond / MB)),
      ratio,
      goal: atLeast(ratio, 0.5, "≥ 50 % of the floor"),
    },
    {
      what: "bytes missing or wrong",
      product: notSent,
      unit: "bytes",
      goal: atMost(notSent, 0, "none"),
    },
  ];
}

function shown({ perSecond }: Throughput): string {
  return `${Math.round(perSecond / MB)} MB/s`;
}
