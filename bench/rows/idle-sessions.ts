import { ClientProcess } from "../client-process.ts";
import type { SessionClient } from "../clients/session-client.ts";
import type { Server } from "../clients/wire.ts";
import { Daemon } from "../daemon.ts";
import { Floor } from "../floor.ts";
import { settledBytes } from "../memory.ts";
import { median } from "../numbers.ts";
import { openFiles } from "../open-files.ts";
import { atMost, type Bench, type Finding, type Row } from "../row.ts";

const goalBytes = 14 * 1024;
const wanted = { full: 10_000, quick: 1000 };
/** Descriptors that a process needs for other things. */
const spare = 200;

export const idleSessions: Row = {
  number: 3,
  name: "idle-sessions",
  what: "memory of an idle session over the WebSocket, above the ready daemon",
  run,
};

async function run(bench: Bench): Promise<Finding[]> {
  const count = Math.min(wanted[bench.scale], openFiles() - spare);
  const rounds: { floor: number; product: number }[] = [];
  for (let round = 1; round <= bench.rounds; round++) {
    const floor = await ofFloor(count);
    const product = await ofDaemon(bench, count);
    rounds.push({ floor, product });
    bench.say(`round ${round}: bare ${Math.round(floor)} bytes a connection, exai ${Math.round(product)} a session`);
  }
  const product = median(rounds.map((round) => round.product));
  const floor = median(rounds.map((round) => round.floor));
  return [
    {
      what: `resident growth a session, ${count} of them`,
      product,
      unit: "bytes",
      floor,
      ratio: product / floor,
      goal: atMost(product, goalBytes, "≤ 14 KB"),
    },
  ];
}

async function ofFloor(count: number): Promise<number> {
  await using floor = await Floor.start("echo-server");
  return await growth(floor, count);
}

async function ofDaemon({ installed }: Bench, count: number): Promise<number> {
  await using daemon = await Daemon.start({ installed, env: { EXAI_MAX_SESSIONS: String(2 * count) } });
  return await growth(daemon, count);
}

async function growth({ pid, server }: { pid: number; server: Server }, count: number): Promise<number> {
  await using client = new ClientProcess<SessionClient>("session-client");
  const before = await settledBytes(pid);
  const held = await client.ask("hold", { server, count });
  if (held !== count) throw new Error(`${held} sessions were held, expected ${count}`);
  return ((await settledBytes(pid)) - before) / count;
}
