import type { Turn } from "../threads/turn.ts";
import type { Run, TakenStep } from "./run.ts";
import { inputOf, type RecordOfStep, recordIn } from "./step-record.ts";

/**
 * The newest run of a workflow on a conversation: the fold over the steps that were recorded of it. `turns` go
 * backwards from the newest. Nothing where the workflow was never begun there.
 */
export function runOn(turns: readonly Turn[], workflow: string): Run | undefined {
  let run: Run | undefined;
  for (const turn of turns.toReversed()) {
    const record = recordIn(turn, workflow);
    if (record !== undefined) run = advance(run, turn, record);
  }
  return run;
}

/** The run with one more step on record. */
function advance(before: Run | undefined, turn: Turn, record: RecordOfStep): Run {
  const run = before?.id === record.run ? before : { id: record.run, steps: [], taken: 0, takenBack: 0, untold: [] };
  const newest = run.steps.at(-1);
  if (record.again === true && newest !== undefined)
    return {
      ...run,
      steps: [...run.steps.slice(0, -1), { ...newest, repeats: newest.repeats + 1 }],
      taken: run.taken + 1,
      untold: [...run.untold, turn.call],
    };
  const { evidence, expert, isLast } = record;
  const step: TakenStep = {
    input: inputOf(turn, record),
    evidence,
    ...(expert !== undefined && { expert }),
    isLast,
    call: turn.call,
    repeats: 0,
  };
  const next = withStep(run, step, record.from);
  return expert?.status === "answered" ? { ...next, untold: [] } : next;
}

/** A step that takes back those of its number and later ones; where it goes on, there are none. */
export function withStep(run: Run, step: TakenStep, from: number): Run {
  const kept = run.steps.filter(({ input }) => input.step_number < from);
  return {
    id: run.id,
    steps: [...kept, step],
    taken: run.taken + 1,
    takenBack: run.takenBack + run.steps.length - kept.length,
    untold: [...run.untold, step.call],
  };
}
