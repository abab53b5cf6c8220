import type { ThreadId } from "../../protocol/ids.ts";
import type { Result } from "../../protocol/result.ts";
import { provenanceOf } from "../models/provenance.ts";
import type { Judged } from "./ask-expert.ts";
import { demandsOf, placeOf } from "./demands.ts";
import { findingText } from "./expert-prompt.ts";
import type { Facts } from "./facts.ts";
import { mostSteps } from "./fields.ts";
import { changedSince } from "./gather-evidence.ts";
import { nextStep, sameStep } from "./next-call.ts";
import { issueText, newestOf, notesOf } from "./notes.ts";
import type { Run } from "./run.ts";
import type { Workflow } from "./workflow.ts";

/** A step that was taken, with what there is to tell of it. */
export interface Told {
  workflow: Workflow;
  run: Run;
  facts: Facts;
  /** Under which the next step goes on. */
  thread: ThreadId;
  /** What the server has to say about where the step was put. */
  notes: readonly string[];
  judged?: Judged;
}

/** What a caller examines before the next step, in the order of urgency; nothing where it is over. */
export function actionsOf({ workflow, run, facts }: Pick<Told, "workflow" | "run" | "facts">): string[] {
  const { isLast, input } = newestOf(run);
  if (isLast) return [];
  const unfinished = input.next_step_required ? [] : (workflow.unfinished?.(run) ?? []);
  return [...new Set([...unfinished, ...demandsOf(run), ...(facts.actions ?? []), ...workflow.actions(run)])];
}

const mostLines = 50;

/** `pause`: another step is wanted; `failed`: the last one is there and its expert is not. */
export type State = "pause" | "failed" | "complete";

/** By the newest step alone. */
export function stateOf(run: Run): State {
  const { isLast, expert } = newestOf(run);
  if (!isLast) return "pause";
  return expert?.status === "failed" ? "failed" : "complete";
}

/** What a step is answered with: for programs in `data`, for people in `content`. */
export function answerOf(told: Told): Result {
  const { workflow, run, facts, thread, notes } = told;
  const { input, evidence } = newestOf(run);
  const state = stateOf(run);
  const actions = actionsOf(told);
  const { name } = workflow;
  const goesOn = state === "pause";
  const next = goesOn ? nextStep({ workflow, thread }, run) : undefined;
  const data = {
    status: goesOn ? `pause_for_${name}` : state === "failed" ? "expert_failed" : `${name}_complete`,
    step_number: input.step_number,
    total_steps: input.total_steps,
    next_step_required: goesOn,
    [`${name}_status`]: { ...statusOf(run), ...workflow.status?.(run) },
    continuation_id: thread,
    ...(workflow.takes.includes("relevant_files") && { file_context: fileContextOf(told) }),
    ...(goesOn && { required_actions: actions, next_steps: nextSteps(name, input.step_number + 1) }),
    ...(next !== undefined && { next_call: next }),
    ...(state === "failed" && { next_call: sameStep({ workflow, thread }, run) }),
    ...(hasEvidence(evidence) && { evidence: { ...evidence, changed: changedSince(run) } }),
    ...facts.data,
    ...(notes.length > 0 && { notes }),
    ...expertOf(told),
    ...(state === "complete" && { [`complete_${name}`]: { ...completeOf(told), ...workflow.summary?.(run) } }),
  };
  return { content: contentOf(told, actions), data, ...(state === "failed" && { partial: true as const }) };
}

function statusOf(run: Run): Record<string, unknown> {
  const { filesChecked, relevantFiles, relevantContext, issues, confidence, hypothesis } = notesOf(run);
  return {
    files_checked: filesChecked.length,
    relevant_files: relevantFiles.length,
    relevant_context: relevantContext.length,
    issues_found: issues.length,
    current_confidence: confidence,
    ...(hypothesis !== undefined && { hypothesis }),
    steps_recorded: run.steps.length,
    ...(run.takenBack > 0 && { steps_taken_back: run.takenBack }),
    steps_left: mostSteps - run.taken,
  };
}

function completeOf({ run }: Told): Record<string, unknown> {
  const { filesChecked, relevantFiles, relevantContext, issues } = notesOf(run);
  return {
    steps: run.steps.map(({ input }) => ({ step_number: input.step_number, step: input.step })),
    files_checked: filesChecked,
    relevant_files: relevantFiles,
    relevant_context: relevantContext,
    issues_found: issues,
  };
}

function hasEvidence({ files, citations, findings }: ReturnType<typeof newestOf>["evidence"]): boolean {
  return files.length + citations.length + findings.length > 0;
}

/** While working files are only named; the expert is shown them, once. */
function fileContextOf({ run, judged }: Told): Record<string, unknown> {
  if (judged === undefined)
    return {
      type: "reference_only",
      note: `${counted(notesOf(run).relevantFiles.length, "relevant file")} named, not shown.`,
    };
  const { shown, omitted, changed, notShown } = judged.told;
  return {
    type: "fully_embedded",
    note: `The expert was shown ${counted(shown.length, "text")}.`,
    shown,
    ...(omitted.turns + omitted.files.length > 0 && { omitted }),
    ...(notShown.length > 0 && { not_shown: notShown }),
    ...(changed.length > 0 && { changed }),
  };
}

function expertOf({ run, judged }: Told): Record<string, unknown> {
  const { expert } = newestOf(run);
  if (expert === undefined) return {};
  if (judged === undefined) return { expert_analysis: expert };
  const { answer } = judged;
  return { expert_analysis: { status: "answered", analysis: answer.text, ...provenanceOf(answer) } };
}

function nextSteps(name: string, number: number): string {
  return `Do what required_actions says before you call ${name} again; then send next_call as step ${number}, with what you found in findings.`;
}

/** What the expert said comes first and as it was shown; what the server adds stands behind it. */
function contentOf({ workflow, run, facts, notes, judged }: Told, actions: readonly string[]): string {
  const { input, evidence, expert } = newestOf(run);
  const { name } = workflow;
  const state = stateOf(run);
  const heads = {
    pause: `Step ${input.step_number} of ${input.total_steps} of ${name} is recorded. Examine before the next step:`,
    failed: `The steps of ${name} are recorded, but the expert did not answer: ${expert?.why ?? ""}`,
    complete: `${name} is complete after ${counted(run.steps.length, "step")}.`,
  };
  const rules = evidence.findings.map(findingText);
  const wrong = evidence.citations.flatMap((cited) =>
    "unverified" in cited ? [`${placeOf(cited)}: ${cited.unverified}`] : [],
  );
  const isNews = expert?.status === "skipped" && input.use_assistant_model !== false;
  const skipped = isNews ? `No expert was asked (${expert.rule}): ${expert.why}.` : "";
  return [
    ...(judged === undefined ? [] : [judged.answer.text]),
    heads[state],
    actions.map((action, index) => `${index + 1}. ${action}`).join("\n"),
    skipped,
    ...notes,
    facts.text ?? "",
    ...(judged === undefined && state !== "pause" ? [section("Issues found", notesOf(run).issues.map(issueText))] : []),
    section("Found by rules, without a model", rules),
    section("Cited and not verified", wrong),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** As much of it as people read; all of it stands in `data`. */
function section(title: string, lines: readonly string[]): string {
  const more = lines.length - mostLines;
  const shown = [...lines.slice(0, mostLines), ...(more > 0 ? [`and ${more} more`] : [])];
  return lines.length === 0 ? "" : `${title}:\n${shown.map((line) => `- ${line}`).join("\n")}`;
}
