import { setTimeout as sleep } from "node:timers/promises";
import { ClientProcess } from "../client-process.ts";
import type { McpClient, McpTarget } from "../clients/mcp-client.ts";
import { Daemon } from "../daemon.ts";
import { settledBytes } from "../memory.ts";
import { median } from "../numbers.ts";
import { Peer, type PeerName } from "../peer.ts";
import { atMost, type Bench, type Finding, type Row } from "../row.ts";

const goalBytes = 10 * 1024;
const wanted = { full: 1000, quick: 250 };
/** It takes calls also while others have the machine. */
const limits = { EXAI_OVERLOAD_LATE_SECS: "60" };
const others = ["sdk", "fastmcp", "mcp-proxy"] as const satisfies readonly PeerName[];

export const idleMcpSessions: Row = {
  number: 3,
  name: "idle-mcp-sessions",
  what: "memory of an idle MCP session that was used once, above the server that has answered many calls over few",
  run,
};

async function run(bench: Bench): Promise<Finding[]> {
  const count = wanted[bench.scale];
  const rounds: Record<"exai" | PeerName, number>[] = [];
  for (let round = 1; round <= (bench.scale === "full" ? bench.rounds : 1); round++) {
    const theirs: [PeerName, number][] = [];
    for (const name of others) theirs.push([name, await ofPeer(name, count)]);
    const figures = { exai: await ofDaemon(bench, count), ...Object.fromEntries(theirs) } as (typeof rounds)[number];
    rounds.push(figures);
    const said = Object.entries(figures).map(([name, bytes]) => `${name} ${Math.round(bytes)}`);
    bench.say(`round ${round}, bytes a session: ${said.join(", ")}`);
  }
  const of = (name: "exai" | PeerName) => median(rounds.map((round) => round[name]));
  const product = of("exai");
  return others.map((name) => ({
    what: `resident growth a session, ${count} of them, beside ${name}`,
    product,
    unit: "bytes",
    floor: of(name),
    ratio: product / of(name),
    goal: atMost(product, goalBytes, "≤ 10 KiB"),
  }));
}

async function ofPeer(name: PeerName, count: number): Promise<number> {
  await using peer = await Peer.start(name);
  return await growth(peer.pid, { url: peer.url, era: "sessions" }, count);
}

async function ofDaemon({ installed }: Bench, count: number): Promise<number> {
  await using daemon = await Daemon.start({ installed, env: { ...limits, EXAI_MAX_SESSIONS: String(2 * count) } });
  const url = daemon.url.replace("ws", "http").replace("/v1/ws", "/mcp");
  return await growth(daemon.pid, { url, token: daemon.token, era: "sessions" }, count);
}

/** A daemon that rests gives back what it does not need, at most once in half a minute. */
const restMs = 32_000;
const warmMs = 5000;

async function growth(pid: number, target: McpTarget, count: number): Promise<number> {
  await using client = new ClientProcess<McpClient>("mcp-client");
  // What a server compiles of itself is no cost of a session.
  await client.ask("connect", { target, clients: 20 });
  await client.ask("flood", { forMs: warmMs });
  await sleep(restMs);
  const before = await settledBytes(pid);
  await client.ask("hold", { target, count });
  await sleep(restMs);
  return ((await settledBytes(pid)) - before) / count;
}
