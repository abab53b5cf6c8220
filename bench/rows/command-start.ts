import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { openLinkedProcessHost } from "../../src/adapters/processes/supervised/linked-process-host.ts";
import type { SystemClock } from "../../src/base/clock.ts";
import type { ProcessHost, ProcessSpec, Way } from "../../src/core/processes/process-host.ts";
import type { CallId } from "../../src/protocol/ids.ts";
import { median, percentile } from "../numbers.ts";
import { type Bench, type Finding, type Row, told } from "../row.ts";

const never = new AbortController().signal;
const program = "/bin/true";

export const commandStart: Row = {
  number: 7,
  name: "command-start",
  what: "start of a command, through the gate into its place, and its end",
  run,
};

interface Took {
  startMs: number;
  endMs: number;
}

/** The best way of this machine, then way C, each beside a bare spawn, in turns. */
async function run(bench: Bench): Promise<Finding[]> {
  const findings: Finding[] = [];
  const best = await wayOf(bench);
  for (const way of new Set<Way>([best, "C"])) findings.push(...(await measured(bench, way)));
  return findings;
}

async function wayOf(bench: Bench): Promise<Way> {
  await using opened = await openHost(bench, ["A", "B", "C"]);
  return opened.host.confinement.way;
}

async function measured(bench: Bench, way: Way): Promise<Finding[]> {
  await using opened = await openHost(bench, [way]);
  const each = bench.scale === "full" ? 60 : 20;
  await Promise.all(Array.from({ length: 4 }, () => started(opened.host)));
  const rounds: { floor: number[]; product: Took[] }[] = [];
  for (let round = 1; round <= bench.rounds; round++) {
    const taken = { floor: [] as number[], product: [] as Took[] };
    for (let time = 0; time < each; time++) {
      taken.floor.push(await bare());
      taken.product.push(await started(opened.host));
    }
    rounds.push(taken);
    bench.say(
      `way ${way}, round ${round}: bare ${shown(taken.floor)}, exai ${shown(taken.product.map((t) => t.startMs))}`,
    );
  }
  return findingsOf(way, rounds);
}

function findingsOf(way: Way, rounds: readonly { floor: number[]; product: Took[] }[]): Finding[] {
  const floor = median(rounds.map((round) => median(round.floor)));
  const startMs = median(rounds.map(({ product }) => median(product.map((took) => took.startMs))));
  const slowMs = median(
    rounds.map(({ product }) =>
      percentile(
        product.map((took) => took.startMs),
        0.95,
      ),
    ),
  );
  const endMs = median(rounds.map(({ product }) => median(product.map((took) => took.endMs))));
  return [
    {
      what: `way ${way}: asked to begun, p50`,
      product: startMs,
      unit: "ms",
      floor,
      ratio: startMs / floor,
      goal: told(startMs, 15, "≤ 15 ms"),
    },
    { what: `way ${way}: asked to begun, p95`, product: slowMs, unit: "ms" },
    { what: `way ${way}: asked to ended and swept, p50`, product: endMs, unit: "ms", floor, ratio: endMs / floor },
  ];
}

async function bare(): Promise<number> {
  const sinceMs = performance.now();
  await once(spawn(program, [], { stdio: "pipe" }), "exit");
  return performance.now() - sinceMs;
}

async function started(host: ProcessHost): Promise<Took> {
  const sinceMs = performance.now();
  const spec: ProcessSpec = {
    call: "bench" as CallId,
    argv: [program],
    cwd: "/",
    env: {},
    reach: { roots: [], network: false },
  };
  await using child = await host.start(spec, never);
  const startMs = performance.now() - sinceMs;
  await child.exited;
  return { startMs, endMs: performance.now() - sinceMs };
}

/** The one of the built form, as a daemon has it. */
async function openHost(bench: Bench, among: Way[]): Promise<AsyncDisposable & { host: ProcessHost }> {
  const built = (path: string) => import(pathToFileURL(join(dirname(bench.installed.launcher), "../dist", path)).href);
  const hosts: { openLinkedProcessHost: typeof openLinkedProcessHost } = await built(
    "adapters/processes/supervised/linked-process-host.js",
  );
  const clocks: { SystemClock: typeof SystemClock } = await built("base/clock.js");
  const folder = await mkdtemp(join(bench.installed.folder, "processes-"));
  const host = await hosts.openLinkedProcessHost({ folder, clock: new clocks.SystemClock(), among });
  return {
    host,
    [Symbol.asyncDispose]: async () => {
      await host[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function shown(times: readonly number[]): string {
  return `${median(times).toFixed(1)} ms`;
}
