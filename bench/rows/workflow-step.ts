import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ClientProcess } from "../client-process.ts";
import type { Taken, WorkflowClient } from "../clients/workflow-client.ts";
import { cpuMs } from "../cpu.ts";
import { Daemon } from "../daemon.ts";
import { median } from "../numbers.ts";
import type { Bench, Finding, Row } from "../row.ts";

export const workflowStep: Row = {
  number: 14,
  name: "workflow-step",
  what: "a step of a workflow, without a model, beside an echo",
  run,
};

interface Figures extends Taken {
  /** Of the daemon, for each call. */
  cpuMs: number;
}

type Round = Record<"echo" | "bare" | "evident", Figures>;

const kinds = { bare: "a step that names no files", evident: "a step that names two files and cites three lines" };

/** Calls one after the other over one connection, as an agent makes them; echoes and steps take turns. */
async function run(bench: Bench): Promise<Finding[]> {
  const root = join(bench.installed.folder, "workflow-root");
  await mkdir(root, { recursive: true });
  for (const name of ["one.ts", "two.ts"]) await writeFile(join(root, name), "export const value = 1;\n".repeat(400));
  await using daemon = await Daemon.start({ installed: bench.installed, env: { EXAI_ROOTS: root } });
  await using client = new ClientProcess<WorkflowClient>("workflow-client");
  await client.ask("connect", daemon.server);
  const files = [join(root, "one.ts"), join(root, "two.ts")];
  const evident = {
    relevant_files: files,
    files_checked: files,
    hypothesis: `${files[0]}:10, ${files[0]}:20-25 and ${files[1]}:300 do not agree`,
  };
  const count = bench.scale === "full" ? 400 : 100;
  await client.ask("echo", count);
  await client.ask("steps", { count, more: evident });
  const measured = async (act: () => Promise<Taken>): Promise<Figures> => {
    const before = cpuMs(daemon.pid);
    const taken = await act();
    return { ...taken, cpuMs: (cpuMs(daemon.pid) - before) / taken.calls };
  };
  const rounds: Round[] = [];
  for (let round = 1; round <= bench.rounds; round++) {
    const figures = {
      echo: await measured(() => client.ask("echo", count)),
      bare: await measured(() => client.ask("steps", { count, more: {} })),
      evident: await measured(() => client.ask("steps", { count, more: evident })),
    };
    rounds.push(figures);
    const said = Object.entries(figures).map(
      ([name, { p50Ms, cpuMs: cpu }]) => `${name} ${p50Ms.toFixed(2)} ms, ${cpu.toFixed(2)} ms CPU`,
    );
    bench.say(`round ${round}: ${said.join("; ")}`);
  }
  return findingsOf(rounds);
}

function findingsOf(rounds: readonly Round[]): Finding[] {
  const of = (kind: keyof Round, figure: "p50Ms" | "cpuMs") => median(rounds.map((round) => round[kind][figure]));
  return (["bare", "evident"] as const).flatMap((kind) =>
    (["cpuMs", "p50Ms"] as const).map((figure) => ({
      what: `${kinds[kind]}: ${figure === "cpuMs" ? "CPU of the daemon" : "p50"}, beside an echo`,
      product: of(kind, figure),
      unit: "ms",
      floor: of("echo", figure),
      ratio: of(kind, figure) / of("echo", figure),
    })),
  );
}
