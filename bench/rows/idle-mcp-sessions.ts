import { ClientProcess } from "../client-process.ts";
import type { McpClient, McpTarget } from "../clients/mcp-client.ts";
import { Daemon } from "../daemon.ts";
import { collectedBytes, collecting } from "../memory.ts";
import { median } from "../numbers.ts";
import { Peer, type PeerName } from "../peer.ts";
import { atMost, type Bench, type Finding, type Row } from "../row.ts";

const goalBytes = 10 * 1024;
const count = 1000;
/** It takes calls also while others have the machine, and has room for all. */
const env = { NODE_OPTIONS: collecting, EXAI_OVERLOAD_LATE_SECS: "60", EXAI_MAX_SESSIONS: String(2 * count) };
const warmMs = 5000;
const era = "sessions";
const others = ["sdk", "fastmcp", "mcp-proxy"] as const satisfies readonly PeerName[];

export const idleMcpSessions: Row = {
  number: 3,
  name: "idle-mcp-sessions",
  what: "memory of an idle MCP session that was used once, above the server that has answered many calls over few",
  run,
};

interface Side {
  name: "exai" | PeerName;
  pid: number;
  target: McpTarget;
}

type Round = ReadonlyMap<Side["name"], number>;

async function run(bench: Bench): Promise<Finding[]> {
  const rounds: Round[] = [];
  for (let round = 1; round <= (bench.scale === "full" ? bench.rounds : 1); round++) {
    const figures = await growths(bench);
    rounds.push(figures);
    const said = [...figures].map(([name, bytes]) => `${name} ${Math.round(bytes)}`);
    bench.say(`round ${round}, bytes a session: ${said.join(", ")}`);
  }
  const of = (name: Side["name"]) => median(rounds.flatMap((round) => round.get(name) ?? []));
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

/** All of them settle at the same time: one does not change the memory of another. */
async function growths({ installed }: Bench): Promise<Round> {
  await using daemon = await Daemon.start({ installed, env });
  await using sdk = await Peer.start("sdk", [collecting]);
  await using fastmcp = await Peer.start("fastmcp", [collecting]);
  await using proxy = await Peer.start("mcp-proxy", [collecting]);
  const url = daemon.url.replace("ws", "http").replace("/v1/ws", "/mcp");
  const other = (name: PeerName, peer: Peer): Side => ({ name, pid: peer.pid, target: { url: peer.url, era } });
  const sides: Side[] = [
    { name: "exai", pid: daemon.pid, target: { url, token: daemon.token, era } },
    other("sdk", sdk),
    other("fastmcp", fastmcp),
    other("mcp-proxy", proxy),
  ];
  for (const side of sides) await warm(side);
  const before = await settled(sides);
  for (const side of sides) await hold(side);
  const after = await settled(sides);
  return new Map(sides.map(({ name }) => [name, ((after.get(name) ?? 0) - (before.get(name) ?? 0)) / count]));
}

/** What a server compiles of itself is no cost of a session. */
async function warm({ target }: Side): Promise<void> {
  await using client = new ClientProcess<McpClient>("mcp-client");
  await client.ask("connect", { target, clients: 20 });
  await client.ask("flood", { forMs: warmMs });
}

async function hold({ target }: Side): Promise<void> {
  await using client = new ClientProcess<McpClient>("mcp-client");
  await client.ask("hold", { target, count });
}

async function settled(sides: readonly Side[]): Promise<Round> {
  return new Map(await Promise.all(sides.map(async ({ name, pid }) => [name, await collectedBytes(pid)] as const)));
}
