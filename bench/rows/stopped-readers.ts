import { ClientProcess } from "../client-process.ts";
import type { EchoClient, Figures } from "../clients/echo-client.ts";
import type { Manner, StalledClient } from "../clients/stalled-client.ts";
import { ask, openSession, type Server } from "../clients/wire.ts";
import { Daemon } from "../daemon.ts";
import { PeakMemory } from "../memory.ts";
import { median } from "../numbers.ts";
import { openRoot } from "../root.ts";
import { atMost, type Bench, type Finding, type Row, told } from "../row.ts";

const MB = 1_000_000;
const cases = [
  { streams: 1, goalMB: 30 },
  { streams: 16, goalMB: 30 },
  { streams: 100, goalMB: 70 },
];
const manners: readonly Manner[] = ["stopped", "slow"];
const commandsEach = 4;
const callEveryMs = 20;

export const stoppedReaders: Row = {
  number: 6,
  name: "stopped-readers",
  what: "memory under `yes` with the reader stopped or slow, other calls meanwhile",
  run,
};

interface Seen {
  growthMB: number;
  quiet: Figures;
  meanwhile: Figures;
}

async function run(bench: Bench): Promise<Finding[]> {
  const seen = new Map<string, Seen[]>();
  for (let round = 1; round <= bench.rounds; round++)
    for (const { streams } of cases)
      for (const manner of manners) {
        const name = `${streams} ${manner}`;
        const one = await look(bench, { streams, manner });
        seen.set(name, [...(seen.get(name) ?? []), one]);
        const { growthMB, meanwhile } = one;
        bench.say(`round ${round}: ${name}: ${growthMB.toFixed(1)} MB, p99 of others ${meanwhile.p99Ms.toFixed(1)} ms`);
      }
  return cases.flatMap(({ streams, goalMB }) =>
    manners.flatMap((manner) => findings(`${streams} ${manner}`, seen.get(`${streams} ${manner}`) ?? [], goalMB)),
  );
}

function findings(name: string, seen: readonly Seen[], goalMB: number): Finding[] {
  const growth = median(seen.map(({ growthMB }) => growthMB));
  const p99Ms = median(seen.map(({ meanwhile }) => meanwhile.p99Ms));
  return [
    { what: `${name}: growth`, product: growth, unit: "MB", goal: atMost(growth, goalMB, `≤ ${goalMB} MB`) },
    {
      what: `${name}: p99 of other calls, beside the same without streams`,
      product: p99Ms,
      unit: "ms",
      floor: median(seen.map(({ quiet }) => quiet.p99Ms)),
      goal: told(p99Ms, 50, "≤ 50 ms"),
    },
  ];
}

/** One daemon of its own: other calls alone, then the same calls beside the streams; growth is between the two peaks. */
async function look(bench: Bench, { streams, manner }: { streams: number; manner: Manner }): Promise<Seen> {
  const root = await openRoot(bench.installed);
  const env = {
    EXAI_ROOTS: root,
    EXAI_EXEC_ALLOW: "yes",
    EXAI_EXEC_MAX_INFLIGHT: String(streams),
    EXAI_EXEC_MIN_CONFINEMENT: "C",
  };
  await using daemon = await Daemon.start({ ...bench, env });
  await using others = new ClientProcess<EchoClient>("echo-client");
  await using reader = new ClientProcess<StalledClient>("stalled-client");
  const servers = await usersOf(daemon, Math.ceil(streams / commandsEach), root);
  await others.ask("connect", daemon.server);
  const pace = { everyMs: callEveryMs, forMs: bench.scale === "full" ? 6000 : 2500 };
  const { figures: quiet, peak: before } = await watched(daemon.pid, () => others.ask("pace", pace));
  await reader.ask("begin", { servers, streams, manner });
  const { figures: meanwhile, peak } = await watched(daemon.pid, () => others.ask("pace", pace));
  await reader.ask("end", undefined);
  return { growthMB: (peak - before) / MB, quiet, meanwhile };
}

async function watched(pid: number, work: () => Promise<Figures>): Promise<{ figures: Figures; peak: number }> {
  using memory = new PeakMemory(pid);
  const figures = await work();
  return { figures, peak: memory.bytes };
}

/** So many users who may run commands: each may run four at once. */
async function usersOf({ server }: Daemon, count: number, root: string): Promise<Server[]> {
  const { url, token = "" } = server;
  const { socket } = await openSession(url, { token });
  const users: Server[] = [];
  for (let number = 1; number <= count; number++) {
    const { id } = await ask<{ id: string }>(socket, "principal.create", { name: `user-${number}` });
    const made = { name: "bench", principal: id, scopes: ["exec"], roots: [root] };
    users.push({ url, token: (await ask<{ token: string }>(socket, "token.create", made)).token });
  }
  socket.terminate();
  return users;
}
