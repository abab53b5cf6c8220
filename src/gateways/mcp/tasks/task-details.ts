import type { Result } from "@modelcontextprotocol/server";
import { openQuestion } from "../../../core/calls/open-question.ts";
import { hasEnded } from "../../../protocol/phase.ts";
import type { CallView } from "../../../protocol/result.ts";
import type { Asked } from "../asked.ts";
import { endedAnswer } from "../call-answer.ts";
import { showsForms } from "../question-form.ts";
import { inputRequestsOf } from "../questions.ts";
import { taskOf } from "./task-view.ts";

/** A task of 2026-07-28 as it stands, with what it came to or what it asks. */
export async function detailedTask(
  asked: Pick<Asked, "house" | "capabilities" | "limits">,
  view: CallView,
): Promise<Result> {
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
