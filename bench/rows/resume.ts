import { ClientProcess } from "../client-process.ts";
import type { ResumeClient, Returned } from "../clients/resume-client.ts";
import type { Server } from "../clients/wire.ts";
import { Daemon } from "../daemon.ts";
import { Floor } from "../floor.ts";
import { median } from "../numbers.ts";
import { openFiles } from "../open-files.ts";
import { atLeast, type Bench, type Finding, type Row, told } from "../row.ts";

const cuts = { full: 300, quick: 60 };
const manyClients = { full: 10_000, quick: 500 };
/** Of the calls, those that are running when the daemon is killed. */
const lateCalls = { full: 500, quick: 50 };
const withinMs = 120_000;
const spare = 200;

export const resume: Row = {
  number: 4,
  name: "resume",
  what: "resume after a cut; everybody after kill -9 and a restart",
  run,
};

/** A server that can be killed and started again. */
interface Restartable extends AsyncDisposable {
  readonly server: Server;
  kill(): Promise<void>;
  startAgain(): Promise<void>;
}

async function run(bench: Bench): Promise<Finding[]> {
  return [...(await afterCut(bench)), ...(await afterRestart(bench))];
}

async function afterCut(bench: Bench): Promise<Finding[]> {
  await using floor = await Floor.start("echo-server");
  await using daemon = await Daemon.start(bench);
  await using client = new ClientProcess<ResumeClient>("resume-client");
  const times = cuts[bench.scale];
  for (const { server } of [floor, daemon]) await client.ask("cut", { server, times });
  const rounds: { floor: number; product: number }[] = [];
  for (let round = 1; round <= bench.rounds; round++) {
    const bare = await client.ask("cut", { server: floor.server, times });
    const own = await client.ask("cut", { server: daemon.server, times });
    rounds.push({ floor: bare.p50Ms, product: own.p50Ms });
    bench.say(`round ${round}: bare ${bare.p50Ms.toFixed(2)} ms, exai ${own.p50Ms.toFixed(2)} ms`);
  }
  const product = median(rounds.map((round) => round.product));
  const floorMs = median(rounds.map((round) => round.floor));
  return [
    {
      what: "cut to resumed and following again, p50",
      product,
      unit: "ms",
      floor: floorMs,
      ratio: median(rounds.map((round) => round.product / round.floor)),
      goal: told(product, 5, "≤ 5 ms"),
    },
  ];
}

async function afterRestart(bench: Bench): Promise<Finding[]> {
  const count = Math.min(manyClients[bench.scale], openFiles() - spare);
  const late = lateCalls[bench.scale];
  const env = {
    EXAI_MAX_SESSIONS: String(2 * count),
    EXAI_WS_GLOBAL_MAX_INFLIGHT: "1000",
    EXAI_PRINCIPAL_MAX_INFLIGHT: "1000",
  };
  const bare = await returned(await Floor.start("echo-server"), { count, late: 0 });
  bench.say(`bare: ${bare.whole} of ${count} came back, the last after ${Math.round(bare.lastMs)} ms`);
  const own = await returned(await Daemon.start({ ...bench, env }), { count, late });
  bench.say(`exai: ${own.whole} of ${count} came back, the last after ${Math.round(own.lastMs)} ms`);
  return [
    {
      what: `clients that came back and have their own answer, of ${count}, ${late} of their calls running at the kill`,
      product: own.whole,
      unit: "clients",
      floor: bare.whole,
      goal: atLeast(own.whole, count, "every one"),
    },
    {
      what: "kill to the last client, with the start of the server",
      product: own.lastMs,
      unit: "ms",
      floor: bare.lastMs,
      goal: told(own.lastMs, 30_000, "≤ 30 s"),
    },
  ];
}

async function returned(server: Restartable, clients: { count: number; late: number }): Promise<Returned> {
  await using running = server;
  await using client = new ClientProcess<ResumeClient>("resume-client");
  await client.ask("gather", { server: running.server, ...clients });
  const back = client.ask("comeBack", { withinMs });
  await running.kill();
  await running.startAgain();
  return await back;
}
