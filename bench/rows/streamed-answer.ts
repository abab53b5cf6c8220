import { ClientProcess } from "../client-process.ts";
import type { AnswerClient, Streamed, Wanted } from "../clients/answer-client.ts";
import { cpuMs } from "../cpu.ts";
import { Daemon } from "../daemon.ts";
import { Floor } from "../floor.ts";
import { PeakMemory, settledBytes } from "../memory.ts";
import { median } from "../numbers.ts";
import { atLeast, atMost, type Bench, type Finding, type Row, told } from "../row.ts";

const MB = 1_000_000;
const many = 200;
const wide = ["GLOBAL", "SESSION"].map((name) => [`EXAI_WS_${name}_MAX_INFLIGHT`, "400"] as const);

export const streamedAnswer: Row = {
  number: 12,
  name: "streamed-answer",
  what: "a model's answer as it streams, against the vendor asked directly",
  run,
};

interface Round {
  floor: Streamed;
  product: Streamed;
  /** Of the daemon, for each token that went through it. */
  cpuUs: number;
}

async function run(bench: Bench): Promise<Finding[]> {
  await using floor = await Floor.start("vendor-server");
  const env = {
    ...Object.fromEntries(wide),
    CUSTOM_API_URL: `${floor.url}/v1`,
    EXAI_PRINCIPAL_MAX_INFLIGHT: "400",
    EXAI_PROVIDER_MAX_INFLIGHT: "400",
  };
  await using daemon = await Daemon.start({ ...bench, env });
  await using client = new ClientProcess<AnswerClient>("answer-client");
  const tokens = bench.scale === "full" ? 20_000 : 5000;
  const measure = async (wanted: Omit<Wanted, "server">): Promise<Round> => {
    const bare = await client.ask("direct", { ...wanted, server: floor.server });
    const beganMs = cpuMs(daemon.pid);
    const product = await client.ask("product", { ...wanted, server: daemon.server });
    const cpuUs = ((cpuMs(daemon.pid) - beganMs) * 1000) / (wanted.answers * wanted.tokens);
    return { floor: bare, product, cpuUs };
  };
  await measure({ answers: 8, tokens: 500, pace: "fast" });
  const idleBytes = await settledBytes(daemon.pid);
  const first: Round[] = [];
  const fast: Round[] = [];
  const crowds: Round[] = [];
  using peak = new PeakMemory(daemon.pid);
  for (let round = 1; round <= bench.rounds; round++) {
    first.push(await measure({ answers: 1, tokens: 10, pace: "fast" }));
    fast.push(await measure({ answers: 1, tokens, pace: "fast" }));
    crowds.push(await measure({ answers: many, tokens: 100, pace: "slow" }));
    bench.say(`round ${round}: ${[first, fast, crowds].map((rounds) => shown(rounds.at(-1))).join(" · ")}`);
  }
  return findings({ first, fast, crowds, grownMB: (peak.bytes - idleBytes) / MB });
}

function findings(measured: { first: Round[]; fast: Round[]; crowds: Round[]; grownMB: number }): Finding[] {
  const { first, fast, crowds, grownMB } = measured;
  const missing = [...first, ...fast, ...crowds].reduce((sum, { product }) => sum + product.missing, 0);
  const addedMs = median(first.map(({ floor, product }) => product.firstMs - floor.firstMs));
  return [
    {
      what: "time to the first text, one answer",
      product: median(first.map(({ product }) => product.firstMs)),
      unit: "ms",
      floor: median(first.map(({ floor }) => floor.firstMs)),
      goal: told(addedMs, 20, "≤ 20 ms more than the floor"),
    },
    rate("tokens a second, one answer as fast as it goes", fast, 0.1),
    rate(`tokens a second, ${many} answers at once at the vendor's pace`, crowds, 0.5),
    cost("CPU of the daemon a token, one answer", fast, 50),
    cost(`CPU of the daemon a token, ${many} answers of 100 tokens`, crowds, 250),
    { what: "answers missing or not whole", product: missing, unit: "answers", goal: atMost(missing, 0, "none") },
    {
      what: `growth of memory with ${many} answers at once`,
      product: grownMB,
      unit: "MB",
      goal: atMost(grownMB, 150, "≤ 150 MB"),
    },
  ];
}

function rate(what: string, rounds: readonly Round[], least: number): Finding {
  const ratio = median(rounds.map(({ floor, product }) => product.tokensPerSecond / floor.tokensPerSecond));
  return {
    what,
    product: median(rounds.map(({ product }) => product.tokensPerSecond)),
    unit: "tokens/s",
    floor: median(rounds.map(({ floor }) => floor.tokensPerSecond)),
    ratio,
    goal: atLeast(ratio, least, `≥ ${least * 100} % of the floor`),
  };
}

function cost(what: string, rounds: readonly Round[], most: number): Finding {
  const product = median(rounds.map(({ cpuUs }) => cpuUs));
  return { what, product, unit: "µs", goal: atMost(product, most, `≤ ${most} µs`) };
}

function shown(round: Round | undefined): string {
  const { floor, product } = round ?? {};
  return `bare ${Math.round(floor?.tokensPerSecond ?? 0)}/s first ${floor?.firstMs.toFixed(1)} ms, exai ${Math.round(product?.tokensPerSecond ?? 0)}/s first ${product?.firstMs.toFixed(1)} ms ${round?.cpuUs.toFixed(0)} µs`;
}
