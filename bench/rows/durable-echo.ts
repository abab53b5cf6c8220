import { setTimeout as sleep } from "node:timers/promises";
import { ClientProcess } from "../client-process.ts";
import type { EchoClient, Figures } from "../clients/echo-client.ts";
import { Daemon } from "../daemon.ts";
import { Floor } from "../floor.ts";
import { median } from "../numbers.ts";
import { atLeast, type Bench, type Finding, type Row } from "../row.ts";

const inFlight = 64;
/** 64 of one session may run at once; the rest is as users have it. */
const limits = {
  EXAI_WS_GLOBAL_MAX_INFLIGHT: String(inFlight),
  EXAI_PRINCIPAL_MAX_INFLIGHT: String(inFlight),
  EXAI_WS_SESSION_MAX_INFLIGHT: String(inFlight),
};
const durabilities = ["disk", "process"] as const;
const goals = { disk: 0.25, process: 0.35 };

export const durableEcho: Row = {
  number: 1,
  name: "durable-echo",
  what: `durable echo over the WebSocket, ${inFlight} in flight`,
  run,
};

async function run(bench: Bench): Promise<Finding[]> {
  await using floor = await Floor.start("echo-server");
  await using floorClient = new ClientProcess<EchoClient>("echo-client");
  await floorClient.ask("connect", floor.server);
  await using disk = await Side.start(bench, "disk");
  await using inProcess = await Side.start(bench, "process");
  const forMs = bench.scale === "full" ? 4000 : 1500;
  const flood = { inFlight, forMs };
  for (const client of [floorClient, disk.client, inProcess.client])
    await client.ask("flood", { inFlight, forMs: 1000 });
  const rounds: Record<"floor" | "disk" | "process", Figures>[] = [];
  for (let round = 1; round <= bench.rounds; round++) {
    const figures = {
      floor: await floorClient.ask("flood", flood),
      disk: await disk.client.ask("flood", flood),
      process: await inProcess.client.ask("flood", flood),
    };
    rounds.push(figures);
    const said = Object.entries(figures).map(([name, { perSecond }]) => `${name} ${Math.round(perSecond)}/s`);
    bench.say(`round ${round}: ${said.join(", ")}`);
  }
  const findings = durabilities.flatMap((durability) => speedOf(durability, rounds));
  for (const side of [disk, inProcess]) findings.push(...(await side.survived(bench)));
  return findings;
}

/** A daemon and the client that calls it. */
class Side implements AsyncDisposable {
  readonly durability: "disk" | "process";
  readonly client = new ClientProcess<EchoClient>("echo-client");
  readonly #daemon: Daemon;

  private constructor(durability: "disk" | "process", daemon: Daemon) {
    this.durability = durability;
    this.#daemon = daemon;
  }

  static async start({ installed }: Bench, durability: "disk" | "process"): Promise<Side> {
    const daemon = await Daemon.start({ installed, env: { ...limits, EXAI_DURABILITY: durability } });
    const side = new Side(durability, daemon);
    await side.client.ask("connect", daemon.server);
    return side;
  }

  /** Kills it in the middle of more calls, starts it again, and counts what was ever acknowledged. */
  async survived(bench: Bench): Promise<Finding[]> {
    const cut = this.client.ask("flood", { inFlight, forMs: 60_000 });
    await sleep(1000);
    await this.#daemon.kill();
    await cut;
    await this.#daemon.startAgain();
    const { acknowledged, found, succeeded } = await this.client.ask("count", this.#daemon.server);
    bench.say(
      `${this.durability}: ${acknowledged} acknowledged, ${found} found, ${succeeded} ended with their own text`,
    );
    return [
      {
        what: `${this.durability}: acknowledged calls found and answered after kill -9, of ${acknowledged}`,
        product: Math.min(found, succeeded),
        unit: "calls",
        ratio: succeeded / acknowledged,
        goal: atLeast(Math.min(found, succeeded), Math.max(1, acknowledged), "every one"),
      },
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.#daemon[Symbol.asyncDispose]();
  }
}

function speedOf(
  durability: "disk" | "process",
  rounds: readonly Record<"floor" | typeof durability, Figures>[],
): Finding[] {
  const of = (figure: (round: (typeof rounds)[number]) => number) => median(rounds.map(figure));
  const ratio = of((round) => round[durability].perSecond / round.floor.perSecond);
  const goal = goals[durability];
  return [
    {
      what: `${durability}: calls a second`,
      product: of((round) => round[durability].perSecond),
      unit: "/s",
      floor: of((round) => round.floor.perSecond),
      ratio,
      goal: atLeast(ratio, goal, `≥ ${goal * 100} % of the floor`),
    },
    {
      what: `${durability}: p50 of a call`,
      product: of((round) => round[durability].p50Ms),
      unit: "ms",
      floor: of((round) => round.floor.p50Ms),
    },
    {
      what: `${durability}: p99 of a call`,
      product: of((round) => round[durability].p99Ms),
      unit: "ms",
      floor: of((round) => round.floor.p99Ms),
    },
  ];
}
