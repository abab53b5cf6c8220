import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { Program } from "../../test/support/program.ts";
import { residentBytes } from "../memory.ts";
import { median } from "../numbers.ts";
import { atMost, type Bench, type Finding, type Row, told } from "../row.ts";

const MB = 1_000_000;
const bareProgram = 'console.log("is ready"); setInterval(() => {}, 1000)';

export const startUp: Row = {
  number: 8,
  name: "start-up",
  what: "time to ready and memory then, the built form",
  run,
};

interface Start {
  readyMs: number;
  megabytes: number;
}

async function run(bench: Bench): Promise<Finding[]> {
  const { folder, launcher } = bench.installed;
  const home = await mkdtemp(join(folder, "home-"));
  const cache = await mkdtemp(join(folder, "cache-"));
  const env = { EXAI_HOME: home, EXAI_WS_PORT: "0", NODE_COMPILE_CACHE: cache };
  const daemon = () => started({ argv: [launcher, "serve"], env, ready: /listens on (\S+)/ });
  const first = await daemon();
  bench.say(`first start, nothing cached: ${Math.round(first.readyMs)} ms, ${first.megabytes.toFixed(1)} MB`);
  await daemon();
  const rounds: { floor: Start; product: Start }[] = [];
  for (let round = 1; round <= bench.rounds; round++) {
    const floor = await started({ argv: ["-e", bareProgram], env: {}, ready: /is (ready)/ });
    const product = await daemon();
    rounds.push({ floor, product });
    bench.say(`round ${round}: node ${Math.round(floor.readyMs)} ms, exai ${Math.round(product.readyMs)} ms`);
  }
  await rm(home, { recursive: true, force: true });
  return [...findings(rounds), { what: "first start of all, nothing cached", product: first.readyMs, unit: "ms" }];
}

function findings(rounds: readonly { floor: Start; product: Start }[]): Finding[] {
  const readyMs = median(rounds.map(({ product }) => product.readyMs));
  const megabytes = median(rounds.map(({ product }) => product.megabytes));
  return [
    {
      what: "spawn to ready, with the compile cache of an earlier start",
      product: readyMs,
      unit: "ms",
      floor: median(rounds.map(({ floor }) => floor.readyMs)),
      ratio: median(rounds.map(({ floor, product }) => product.readyMs / floor.readyMs)),
      goal: told(readyMs, 500, "≤ 500 ms"),
    },
    {
      what: "resident when ready",
      product: megabytes,
      unit: "MB",
      floor: median(rounds.map(({ floor }) => floor.megabytes)),
      ratio: median(rounds.map(({ floor, product }) => product.megabytes / floor.megabytes)),
      goal: atMost(megabytes, 100, "≤ 100 MB"),
    },
  ];
}

async function started(parts: Parameters<typeof Program.start>[0]): Promise<Start> {
  await using program = await Program.start(parts);
  const megabytes = residentBytes(program.pid) / MB;
  // Only a program that ends by itself keeps what it has compiled.
  await program.end("SIGTERM");
  return { readyMs: program.readyMs, megabytes };
}
