import type { Result } from "@modelcontextprotocol/server";
import { openQuestion } from "../../../core/calls/open-question.ts";
import { hasEnded } from "../../../protocol/phase.ts";
import type { CallView } from "../../../protocol/result.ts";
import type { Asked } from "../asked.ts";
import { endedAnswer } from "../call-answer.ts";
import { showsForms } from "../question-form.ts";
import { inputRequestsOf, takeResponses } from "../questions.ts";
import { cancelLegacyTask } from "./legacy-tasks.ts";
import { taskCall } from "./task-call.ts";
import { legacyTaskOf, taskOf } from "./task-view.ts";

/** A task as it stands, with what it came to or what it asks. */
export async function getTask(asked: Asked): Promise<Result> {
  const view = await taskCall(asked);
  return asked.era === "legacy" ? await legacyTaskOf(asked.house, view) : await detailed(asked, view);
}

/** Answers what a task asks; what it does not ask, or not any more, is passed over. */
export async function updateTask(asked: Asked): Promise<Result> {
  const view = await taskCall(asked);
  const { call } = view;
  const question = await openQuestion(asked.house.journal, view);
  if (question !== undefined) await takeResponses(asked, { call, question });
  return {};
}

/** Ends a task's call; one that has ended stays as it is. */
export async function cancelTask(asked: Asked): Promise<Result> {
  const view = await taskCall(asked);
  if (asked.era === "legacy") return await cancelLegacyTask(asked, view);
  await asked.house.operations["call.control"](asked, { call: view.call, action: "cancel" });
  return {};
}

async function detailed(asked: Asked, view: CallView): Promise<Result> {
  const task = await taskOf(asked.house, view);
  const { fault } = view;
  if (task.status === "failed" && fault !== undefined)
    return { ...task, error: { code: -32_603, message: fault.message, data: fault } };
  if (task.status === "completed") return { ...task, result: { resultType: "complete", ...endedAnswer(asked, view) } };
  if (task.status !== "input_required" || hasEnded(view.phase)) return task;
  const question = await openQuestion(asked.house.journal, view);
  if (question === undefined) return { ...task, status: "working" };
  if (!showsForms(asked.capabilities)) return { ...task, status: "working", statusMessage: `asks: ${question.prompt}` };
  return { ...task, inputRequests: inputRequestsOf(asked, question) };
}
