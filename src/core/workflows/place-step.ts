import { Fault } from "../../protocol/fault.ts";
import { looping, mostAlike } from "../budgets/loop-rule.ts";
import { mostSteps, type StepInput } from "./fields.ts";
import type { Run } from "./run.ts";
import type { Workflow } from "./workflow.ts";

/**
 * Where a step belongs: it begins a run, here or on a copy of the thread where the one here has not ended; it goes on;
 * it takes steps back; or it is the newest one sent once more. `missing` counts the steps before it that nobody sent.
 */
export type Place =
  | { kind: "begins"; on: "this-thread" | "a-copy"; missing: number }
  | { kind: "follows" | "takes-back"; run: Run; from: number; missing: number }
  | { kind: "again"; run: Run };

/**
 * Decides by numbers and words alone. Faults: `input.invalid` where it takes back what is not there, `call.looping` where
 * nothing of it is new for the third time, `budget.exceeded` beyond the steps that a workflow may have.
 */
export function placeStep(workflow: Pick<Workflow, "name" | "besides">, run: Run | undefined, input: StepInput): Place {
  const { name } = workflow;
  const newest = run?.steps.at(-1);
  const { step_number: number, backtrack_from_step: back } = input;
  if (run === undefined || newest === undefined) {
    if (back !== undefined) throw nothingThere(back, 0);
    return { kind: "begins", on: "this-thread", missing: number - 1 };
  }
  if (newest.expert?.status !== "failed" && isAlike(input, newest.input)) {
    if (newest.repeats + 1 >= mostAlike) throw sameStep(name, input, newest.repeats + 1);
    return { kind: "again", run };
  }
  const isBeside = workflow.besides?.(input) === true;
  if (number === 1 && back === undefined && !isBeside)
    return { kind: "begins", on: newest.isLast ? "this-thread" : "a-copy", missing: 0 };
  if (run.taken >= mostSteps) throw tooMany(name, run.taken);
  const last = Math.max(...run.steps.map((step) => step.input.step_number));
  return isBeside ? { kind: "follows", run, from: last + 1, missing: 0 } : placeIn(run, last, input);
}

/** The place of a step in a run whose last has the number `last`. */
function placeIn(run: Run, last: number, { step_number: number, backtrack_from_step: back }: StepInput): Place {
  if (back !== undefined && back > last) throw nothingThere(back, last);
  const from = Math.min(back ?? number, number);
  return { kind: from <= last ? "takes-back" : "follows", run, from, missing: Math.max(0, from - last - 1) };
}

/** Whether a step says nothing that the one before it did not, in the same place or in the next. */
function isAlike(input: StepInput, before: StepInput): boolean {
  const isThere = input.step_number === before.step_number || input.step_number === before.step_number + 1;
  return isThere && input.next_step_required === before.next_step_required && saidBy(input) === saidBy(before);
}

/** All but the numbers and the pictures, which are not kept, in the order of names. */
function saidBy(input: StepInput): string {
  const { step_number: _number, total_steps: _total, continuation_id: _thread, images: _images, ...said } = input;
  const there = Object.entries(said).filter(([, value]) => value !== undefined);
  return JSON.stringify(there.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function sameStep(name: string, { step_number: step }: StepInput, times: number): Fault {
  const same = `it was sent ${times} times without what was found since`;
  return looping(`take step ${step} of ${name}`, same, { times, step });
}

function tooMany(name: string, taken: number): Fault {
  const message = `Cannot take another step of ${name}: ${taken} were taken, expected at most ${mostSteps} in one workflow`;
  return new Fault("budget.exceeded", message, { facts: { limit: "steps", allowed: mostSteps, taken } });
}

function nothingThere(back: number, last: number): Fault {
  const expected = last === 0 ? "the continuation_id of a workflow that has steps" : `a step from 1 to ${last}`;
  return new Fault("input.invalid", `Cannot go back to step ${back}: ${last} are recorded, expected ${expected}`, {
    facts: { step: back, recorded: last },
  });
}
