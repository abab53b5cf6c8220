import { Fault } from "../../protocol/fault.ts";
import type { CallId, ThreadId } from "../../protocol/ids.ts";
import type { Result } from "../../protocol/result.ts";
import type { CallContext } from "../calls/work.ts";
import { type Conversations, unknownThread } from "../threads/conversations.ts";
import type { Turn } from "../threads/turn.ts";
import { answerOf, type Told } from "./answer.ts";
import { exhibitName } from "./ask-expert.ts";
import type { Facts } from "./facts.ts";
import { mostSteps, type StepInput } from "./fields.ts";
import { runOn, withStep } from "./fold.ts";
import { gatherEvidence } from "./gather-evidence.ts";
import type { Incoming, StepParts } from "./incoming.ts";
import { judge } from "./judge.ts";
import { newestOf } from "./notes.ts";
import { type Place, placeStep } from "./place-step.ts";
import { repeatStep } from "./repeat-step.ts";
import type { Run, TakenStep } from "./run.ts";
import { turnOfStep } from "./step-record.ts";
import type { Workflow } from "./workflow.ts";

/** Where the step is put, and what was there before. */
type Placed = Exclude<Place, { kind: "again" }>;

/**
 * Takes one step: puts it in its place, looks at what it rests on, asks the expert where it is the last, and records it.
 * A step that is refused, or whose call ends otherwise, leaves nothing. Faults: `input.invalid`, `call.looping`,
 * `budget.exceeded`, `thread.unknown`.
 */
export async function takeStep(parts: StepParts, incoming: Incoming): Promise<Result> {
  const { workflow, context } = incoming;
  const turns = await parts.conversations.earlier(context);
  const input = { ...incoming.input, total_steps: Math.max(incoming.input.total_steps, incoming.input.step_number) };
  const place = placeStep(workflow, runOn(turns, workflow.name), input);
  if (place.kind === "again") return await repeatStep(parts, { ...incoming, input, run: place.run, turns });
  const { run, facts } = await stepOn(parts, { ...incoming, input }, place);
  const outcome = newestOf(run).isLast ? await judge(parts, { workflow, context, run, facts, turns }) : {};
  const thread = await threadOf(parts.conversations, context, place);
  const told: Told = {
    workflow,
    run: outcome.expert === undefined ? run : withExpert(run, outcome.expert),
    facts,
    thread,
    notes: [...notesOn(place, thread), ...(isFirst(place) ? [] : tooFarBack(run, turns))],
    ...(outcome.judged !== undefined && { judged: outcome.judged }),
  };
  const result = answerOf(told);
  await record(parts.conversations, context, { told, from: fromOf(place, input), content: result.content });
  return result;
}

/** The run with this step on it, and what the server found meanwhile. */
async function stepOn(
  parts: StepParts,
  { workflow, context, input }: Incoming,
  place: Placed,
): Promise<{ run: Run; facts: Facts }> {
  const from = fromOf(place, input);
  const whole: Run = place.kind === "begins" ? begun(context.call) : place.run;
  const steps = whole.steps.filter((step) => step.input.step_number < from);
  const before = steps.length === 0 ? undefined : { ...whole, steps };
  const objection = blankFindings(workflow, input) ?? workflow.objection?.(input, before);
  if (objection !== undefined) throw refused(workflow.name, input, objection);
  const examined = { context, step: input, before, isLast: !input.next_step_required };
  const { evidence, facts } = await gatherEvidence({ ...parts, workflow }, examined, context.signal);
  const step: TakenStep = { input, evidence, isLast: false, call: context.call, repeats: 0 };
  const run = withStep(whole, step, from);
  const isThrough = !input.next_step_required && (workflow.unfinished?.(run) ?? []).length === 0;
  const isLast = isThrough || run.taken >= mostSteps;
  return { run: { ...run, steps: [...run.steps.slice(0, -1), { ...step, isLast }] }, facts };
}

function begun(call: CallId): Run {
  return { id: call, steps: [], taken: 0, takenBack: 0, untold: [] };
}

function fromOf(place: Placed, { step_number: number }: StepInput): number {
  return place.kind === "begins" ? number : place.from;
}

function withExpert(run: Run, expert: NonNullable<TakenStep["expert"]>): Run {
  return { ...run, steps: [...run.steps.slice(0, -1), { ...newestOf(run), expert }] };
}

/** A step behind the first one is what was found since: without it nothing new would enter. */
function blankFindings({ takes }: Workflow, { step_number: number, findings = "" }: StepInput): string | undefined {
  const isBlank = takes.includes("findings") && number > 1 && findings.trim() === "";
  return isBlank ? "its findings are empty, expected what was found since the step before" : undefined;
}

function refused(name: string, { step_number: number }: StepInput, objection: string): Fault {
  const message = `Cannot take step ${number} of ${name}: ${objection}`;
  return new Fault("input.invalid", message, { facts: { step: number } });
}

/** A second workflow of a kind that has not ended on this thread goes on in a copy of the conversation. */
async function threadOf(conversations: Conversations, context: CallContext, place: Placed): Promise<ThreadId> {
  const { call, owner, thread } = context;
  if (thread === undefined) throw new Error("Expected a call on a thread");
  if (place.kind !== "begins" || place.on === "this-thread") return thread;
  const copy = await conversations.fork(thread, { thread: call as string as ThreadId, principal: owner.principal });
  if (copy === undefined) throw unknownThread(thread);
  return copy;
}

function notesOn(place: Placed, thread: ThreadId): string[] {
  if (place.kind === "takes-back")
    return [`Steps from ${place.from} on were taken back; this step stands in their place.`];
  const { missing } = place;
  return [
    ...(missing === 0
      ? []
      : [
          `${missing} ${missing === 1 ? "step" : "steps"} before this one are not on record here: send continuation_id with every step, as the answer to step 1 named it, and say again what the missing ones found.`,
        ]),
    ...(place.kind === "begins" && place.on === "a-copy"
      ? [`Another workflow of this kind has not ended on that thread: this one goes on in a copy of it, ${thread}.`]
      : []),
  ];
}

function isFirst(place: Placed): boolean {
  return place.kind === "begins" && place.missing === 0;
}

/** A thread is read back only so far: what a run lacks because of that is said. */
function tooFarBack({ id }: Run, turns: readonly Turn[]): string[] {
  const oldest = turns.at(-1);
  const isWhole = oldest === undefined || oldest.seq === 1 || turns.some(({ call }) => call === id);
  return isWhole
    ? []
    : ["The first steps lie too far back on this thread to be read again: say anew what of them matters."];
}

async function record(
  conversations: Conversations,
  context: CallContext,
  { told, from, content }: { told: Told; from: number; content: string },
): Promise<void> {
  const { workflow, run, thread, judged } = told;
  const { call, tool, owner, files, signal } = context;
  const { input, ...taken } = newestOf(run);
  const { text, data } = turnOfStep({ workflow: workflow.name, input, run: run.id, from, taken, isAgain: false });
  const shown = (judged?.told.shown ?? []).filter(({ path }) => path !== exhibitName);
  const by = judged === undefined ? {} : { provider: judged.answer.provider, model: judged.answer.model };
  const recorded = await conversations.conclude(
    { call, tool, owner, files, thread, signal, flushed: () => context.flushed() },
    { asked: { text, data, files: shown }, answered: { text: content, ...by } },
  );
  if (recorded === undefined) throw unknownThread(thread);
}
