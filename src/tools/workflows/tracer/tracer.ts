import { z } from "zod";
import type { Evidence } from "../../../core/evidence/evidence.ts";
import type { Facts } from "../../../core/workflows/facts.ts";
import type { StepInput } from "../../../core/workflows/fields.ts";
import { newestOf } from "../../../core/workflows/notes.ts";
import type { Run } from "../../../core/workflows/run.ts";
import { defineWorkflow, type Examined, type Workflow } from "../../../core/workflows/workflow.ts";
import { Fault } from "../../../protocol/fault.ts";
import { withoutExpert } from "../without-expert.ts";
import { callsOf, dependenciesOf } from "./code-map.ts";
import { pathsIn, symbolsIn } from "./symbols.ts";

const modes = ["precision", "dependencies", "ask"] as const;
type Mode = (typeof modes)[number];

const fields = {
  target_description: z.string().min(1).max(10_000).optional(),
  trace_mode: z.enum(modes).optional(),
} as const;
type TracerStep = StepInput & Readonly<z.output<z.ZodObject<typeof fields>>>;

/** The way of a call through the code, or what depends on what: a map that rests on what the server finds. */
export function tracer({ evidence }: { evidence: Pick<Evidence, "callers" | "outline"> }): Workflow {
  return defineWorkflow({
    name: "tracer",
    title: "Tracer",
    description: "Traces a call flow or dependencies with you; finds symbols and callers itself. Asks no model.",
    version: "1",
    takes: [
      "findings",
      "files_checked",
      "relevant_files",
      "relevant_context",
      "issues_found",
      "confidence",
      "backtrack_from_step",
    ],
    fields,
    aliases: withoutExpert,
    actions: (run) => actionsOf(targetOf(stepsOf(run)), newestOf(run).input),
    unfinished: (run) => (targetOf(stepsOf(run)).mode === "ask" ? [question] : []),
    examine: (examined, signal) => examine(evidence, examined, signal),
    status: (run) => {
      const { mode, description } = targetOf(stepsOf(run));
      return { trace_mode: mode, target_description: description };
    },
    summary: (run) => ({ presentation: presentations[targetOf(stepsOf(run)).mode] }),
    carries: (run) => {
      const { mode, description } = targetOf(stepsOf(run));
      return { trace_mode: mode === "ask" ? undefined : mode, target_description: description };
    },
  });
}

const question =
  "Ask the user which map they want and send it as trace_mode: precision (what runs, in which order, with which effects) or dependencies (what depends on it, and on what it depends).";

const presentations: Readonly<Record<Mode, string>> = {
  ask: question,
  precision:
    "Show the flow as an indented tree from the entry points down, each line `Class.method (file:line)`, with conditions and loops where they decide, then a list of effects (files, network, database, state) with their places, then where two ways are possible.",
  dependencies:
    "Show what depends on the target above it and what it depends on below it, each `Class.method (file:line)`, grouped by call, import, inheritance and data; then cycles, and what would have to change with it.",
};

interface Target {
  mode: Mode;
  description: string;
}

function stepsOf(run: Run<TracerStep> | undefined): TracerStep[] {
  return (run?.steps ?? []).map(({ input }) => input);
}

/** What is traced, and how: as it was said last; the first step's own words where it was not. */
function targetOf(steps: readonly TracerStep[]): Target {
  const mode = steps.findLast((step) => step.trace_mode !== undefined)?.trace_mode ?? "ask";
  const told = steps.findLast((step) => step.target_description !== undefined);
  return { mode, description: told?.target_description ?? steps[0]?.step ?? "" };
}

/** Looks where it has not looked before: once the mode is known, and where a step names something new. */
async function examine(
  evidence: Pick<Evidence, "callers" | "outline">,
  { context, step, before }: Examined<TracerStep>,
  signal: AbortSignal,
): Promise<Facts> {
  const earlier = stepsOf(before);
  const { mode, description } = targetOf([...earlier, step]);
  const isNew = mode !== targetOf(earlier).mode || namesSomething(step);
  if (mode === "ask" || !isNew) return {};
  const named = [...(step.relevant_files ?? []), ...pathsIn(step.target_description ?? description)];
  const files = [named, step.files_checked ?? []].find((paths) => paths.length > 0) ?? ["."];
  const parts = { evidence, who: context };
  try {
    if (mode === "dependencies") return await dependenciesOf(parts, files, signal);
    const context = (step.relevant_context ?? []).flatMap((name) => symbolsIn(`\`${name}\``));
    const symbols = context.length > 0 ? [...new Set(context)].slice(0, 3) : symbolsIn(description);
    if (symbols.length === 0) return { actions: [nameIt] };
    return await callsOf(parts, { symbols, files }, signal);
  } catch (error) {
    if (!(error instanceof Fault) || signal.aborted) throw error;
    return {
      text: `The server looked nothing up: ${error.message}`,
      data: { omitted: [{ path: files[0], why: error.message }] },
    };
  }
}

const nameIt =
  "Name what is traced as `Class.method` in relevant_context: no symbol was told apart in target_description.";

function namesSomething(step: TracerStep): boolean {
  return (step.relevant_context ?? []).length + (step.relevant_files ?? []).length > 0;
}

function actionsOf({ mode, description }: Target, step: TracerStep): string[] {
  if (mode === "ask") return [question];
  return [
    ...(step.step_number === 1 ? [`Read where the target is made, from end to end: ${short(description)}`] : []),
    ...ways[mode],
  ];
}

function short(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`;
}

const ways: Readonly<Record<Exclude<Mode, "ask">, readonly string[]>> = {
  precision: [
    "Follow every call inside it, in order, to where it leaves this code; put each as Class.method into relevant_context and as path:line into findings.",
    "Go back from it to the entry points: which request, command, timer or event comes here. Check the callers that the server lists, and look for those that no search sees: handlers given as values, reflection, routes in configuration.",
    "Say what each step does to the outside: files, network, database, shared state, and under which condition.",
  ],
  dependencies: [
    "Read each file that takes from the target, and each that it takes from; put both as path:line into findings.",
    "Look for ties that no import shows: names in configuration, events, shared tables, injected values, inheritance.",
    "Say what would break if the target changed its shape, and whether anything depends on it in a circle.",
  ],
};
