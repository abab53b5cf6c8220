import type { Clock } from "../../base/clock.ts";
import type { Budgets } from "../budgets/budgets.ts";
import { nameModel } from "../budgets/name-model.ts";
import type { CallContext } from "../calls/work.ts";
import type { Asking } from "../models/asking.ts";
import { nameOf } from "../models/choice.ts";
import type { Answer, Asker } from "../models/question.ts";
import { within } from "../models/within.ts";
import type { Telling } from "../threads/composing.ts";
import type { Conversations } from "../threads/conversations.ts";
import { lastModel } from "../threads/last-model.ts";
import { prepare, type Told } from "../threads/prepare.ts";
import type { Turn } from "../threads/turn.ts";
import { wishesOf } from "../tools/question-fields.ts";
import type { LeftOut, NamedSource } from "../workspace/attach-named.ts";
import { expertPrompt, rulesForExperts } from "./expert-prompt.ts";
import type { Facts } from "./facts.ts";
import { latest } from "./notes.ts";
import type { Run } from "./run.ts";
import { exhibitFile, type Showing, showFiles } from "./show-files.ts";
import type { Expert } from "./workflow.ts";

export interface ExpertParts {
  asking: Asking;
  budgets: Budgets;
  conversations: Conversations;
  workspace: NamedSource["workspace"];
  clock: Clock;
  /** How long an expert may take; the setting EXPERT_ANALYSIS_TIMEOUT_SECS. */
  expertMs: number;
  /** Whether an expert is asked where the caller does not say; the setting DEFAULT_USE_ASSISTANT_MODEL. */
  asksExpert: boolean;
}

/** A run that is over, for somebody else to judge. */
export interface Case {
  context: CallContext;
  expert: Expert;
  run: Run;
  facts: Facts;
  /** Of the thread so far, backwards from the newest. */
  turns: readonly Turn[];
}

/** What is recorded of an expert who has answered. */
export interface Judged {
  answer: Answer;
  told: Told & { notShown: readonly LeftOut[] };
}

/** What is left for the result when an expert is given up. */
const closingMs = 3000;
/** The name of what is no file: it is not looked for again later. */
export const exhibitName = "what changed (git diff)";

/**
 * Asks one model once, over all attempts of the call: a recorded step, streamed, within the budget and its own time.
 * Faults: those of the model and of the budget, `call.deadline` where it takes too long.
 */
export async function askExpert(parts: ExpertParts, judged: Case): Promise<Judged> {
  const { context } = judged;
  const { clock, expertMs: ms } = parts;
  const time = { asker: context, clock, ms, closingMs, who: "the expert" };
  const answered = await context.step(
    "expert",
    async (signal) => await within(time, (asker, ending) => ask(parts, { ...judged, asker }, ending), signal),
  );
  nameModel(context.usage, answered.answer);
  return answered;
}

async function ask(parts: ExpertParts, judged: Case & { asker: Asker }, signal: AbortSignal): Promise<Judged> {
  const { asking, budgets, workspace } = parts;
  const { context, expert, run, asker } = judged;
  const meter = budgets.meter(context);
  const showing = await showFiles(workspace, { context, run }, signal);
  const telling = await tell(parts, { ...judged, ...showing }, signal);
  const inputs = run.steps.map(({ input }) => input);
  const wishes = wishesOf({
    temperature: latest(inputs, "temperature"),
    thinking_mode: latest(inputs, "thinking_mode") ?? expert.thinking,
    use_websearch: latest(inputs, "use_websearch"),
  });
  const how = { ...wishes, ...modelOf(judged), tool: context.tool };
  const { question, told } = await prepare(asking, { telling, how }, signal);
  context.emit("call.progress", { message: `asks ${nameOf(question.choice)} for an expert's judgement` });
  const answer = await asking.ask(question, { asker, meter }, signal);
  const { notShown } = showing;
  const omitted = { ...told.omitted, files: told.omitted.files.filter((file) => "sha256" in file) };
  return { answer, told: { ...told, omitted, notShown } };
}

/** All there is to tell. Steps stand in the prompt or in the conversation, never in both. */
async function tell(
  { conversations }: ExpertParts,
  { context, expert, run, facts, turns, files, notShown }: Case & Showing,
  signal: AbortSignal,
): Promise<Telling> {
  const exhibit = facts.exhibit === undefined || facts.exhibit === "" ? [] : [exhibitFile(exhibitName, facts.exhibit)];
  const wanted = {
    prompt: expertPrompt(run, facts),
    system: `${expert.instructions}\n\n${rulesForExperts}`,
    images: [...new Set(run.steps.flatMap(({ input }) => input.images ?? []))],
    texts: [...files, ...exhibit],
    left: notShown,
  };
  return await conversations.gather(context, { wanted, turns: withoutSteps(turns, run) }, signal);
}

/** The conversation without the steps that the prompt tells, numbered as if they had never been there. */
function withoutSteps(turns: readonly Turn[], run: Run): Turn[] {
  const told = new Set(run.untold);
  const kept = turns.filter(({ call }) => !told.has(call));
  const first = turns.at(-1)?.seq ?? 1;
  return kept.map((turn, index) => ({ ...turn, seq: first + kept.length - 1 - index }));
}

/** The model that the caller names, else the one that answered last on the thread, else the default. */
function modelOf({ run, turns }: Case): { model?: string; why?: string } {
  const model = latest(
    run.steps.map(({ input }) => input),
    "model",
  );
  return model === undefined ? lastModel(turns) : { model };
}
