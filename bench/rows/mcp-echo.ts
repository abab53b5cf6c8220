import { ClientProcess } from "../client-process.ts";
import type { Era, McpClient, McpFigures, McpTarget } from "../clients/mcp-client.ts";
import { Daemon } from "../daemon.ts";
import { median } from "../numbers.ts";
import { Peer, type PeerName, treeCpuMs } from "../peer.ts";
import { atLeast, atMost, type Bench, type Finding, type Row } from "../row.ts";

/** How many clients call at once, each over a session of its own. */
const loads = { full: [1, 32, 256], quick: [1, 32] };
const judged = 32;
/** Each is warm before it is measured: what is young is compiled again and again, which is no cost of a call. */
const warmUp = { calls: 20_000, withinMs: 30_000 };
const goals = { sessions: 110, exchanges: 160 } as const;
/** All of them may run at once, also while others have the machine: what is measured is the call, not the line for it. */
const limits = {
  EXAI_OVERLOAD_LATE_SECS: "60",
  EXAI_WS_GLOBAL_MAX_INFLIGHT: "256",
  EXAI_PRINCIPAL_MAX_INFLIGHT: "256",
  EXAI_WS_SESSION_MAX_INFLIGHT: "256",
};

export const mcpEcho: Row = {
  number: 2,
  name: "mcp-echo",
  what: "MCP echo over HTTP, journalled under FULL, beside servers that journal nothing",
  run,
};

interface Side {
  name: "exai" | PeerName;
  target: McpTarget;
  pid: number;
}

type Measured = McpFigures & { cpuUs: number };

async function run(bench: Bench): Promise<Finding[]> {
  await using daemon = await Daemon.start({ installed: bench.installed, env: limits });
  await using sdk = await Peer.start("sdk");
  await using fastmcp = await Peer.start("fastmcp");
  await using proxy = await Peer.start("mcp-proxy");
  const url = daemon.url.replace("ws", "http").replace("/v1/ws", "/mcp");
  const own = (era: Era): Side => ({ name: "exai", target: { url, token: daemon.token, era }, pid: daemon.pid });
  const other = (name: PeerName, { url: at, pid }: Peer, era: Era): Side => ({ name, target: { url: at, era }, pid });
  const findings: Finding[] = [];
  for (const era of ["sessions", "exchanges"] as const) {
    const sides = [own(era), other("sdk", sdk, era), other("mcp-proxy", proxy, era)];
    // It speaks no 2026-07-28.
    if (era === "sessions") sides.push(other("fastmcp", fastmcp, era));
    for (const side of sides) await warm(side);
    findings.push(...(await compare(bench, era, sides)));
  }
  return findings;
}

async function compare(bench: Bench, era: Era, sides: readonly Side[]): Promise<Finding[]> {
  const forMs = bench.scale === "full" ? 4000 : 1200;
  const findings: Finding[] = [];
  for (const clients of loads[bench.scale]) {
    const rounds: Map<string, Measured>[] = [];
    for (let round = 1; round <= bench.rounds; round++) {
      const measured = new Map<string, Measured>();
      for (const side of sides) measured.set(side.name, await measure(side, clients, forMs));
      rounds.push(measured);
    }
    const of = (name: string, figure: (measured: Measured) => number) =>
      median(rounds.flatMap((round) => round.get(name) ?? []).map(figure));
    const names = sides.map(({ name }) => name);
    bench.say(
      `${era}, ${clients} clients: ${names.map((name) => `${name} ${Math.round(of(name, (m) => m.perSecond))}/s ${Math.round(of(name, (m) => m.cpuUs))} µs`).join(", ")}`,
    );
    findings.push(...told(era, clients, { names, of }));
  }
  return findings;
}

async function warm({ target }: Side): Promise<void> {
  await using client = new ClientProcess<McpClient>("mcp-client");
  await client.ask("connect", { target, clients: judged });
  const untilMs = performance.now() + warmUp.withinMs;
  for (let calls = 0; calls < warmUp.calls && performance.now() < untilMs; )
    calls += (await client.ask("flood", { forMs: 1000 })).calls;
}

async function measure({ target, pid }: Side, clients: number, forMs: number): Promise<Measured> {
  await using client = new ClientProcess<McpClient>("mcp-client");
  await client.ask("connect", { target, clients });
  await client.ask("flood", { forMs: 200 });
  const before = treeCpuMs(pid);
  const figures = await client.ask("flood", { forMs });
  return { ...figures, cpuUs: ((treeCpuMs(pid) - before) * 1000) / figures.calls };
}

interface Told {
  names: readonly string[];
  of: (name: string, figure: (measured: Measured) => number) => number;
}

function told(era: Era, clients: number, { names, of }: Told): Finding[] {
  const what = (figure: string) => `${era}, ${clients} clients: ${figure}`;
  const others = names.filter((name) => name !== "exai");
  const cpu = of("exai", ({ cpuUs }) => cpuUs);
  const perSecond = of("exai", (measured) => measured.perSecond);
  const isJudged = clients === judged;
  return [
    {
      what: what("CPU a call"),
      product: cpu,
      unit: "µs",
      ...(isJudged ? { goal: atMost(cpu, goals[era], `≤ ${goals[era]} µs`) } : {}),
    },
    ...others.map((name): Finding => {
      const theirs = of(name, ({ cpuUs }) => cpuUs);
      return { what: what(`CPU a call beside ${name}`), product: cpu, unit: "µs", floor: theirs, ratio: cpu / theirs };
    }),
    ...others.map((name): Finding => {
      const theirs = of(name, (measured) => measured.perSecond);
      const ratio = perSecond / theirs;
      const goal = isJudged ? { goal: atLeast(ratio, 2, "≥ 2 × theirs") } : {};
      return {
        what: what(`calls a second beside ${name}`),
        product: perSecond,
        unit: "/s",
        floor: theirs,
        ratio,
        ...goal,
      };
    }),
    {
      what: what("p50 of a call"),
      product: of("exai", ({ p50Ms }) => p50Ms),
      unit: "ms",
      floor: of("sdk", ({ p50Ms }) => p50Ms),
    },
    {
      what: what("p99 of a call"),
      product: of("exai", ({ p99Ms }) => p99Ms),
      unit: "ms",
      floor: of("sdk", ({ p99Ms }) => p99Ms),
    },
  ];
}
