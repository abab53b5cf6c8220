import type { Result } from "@modelcontextprotocol/server";
import { openQuestion } from "../../../core/calls/open-question.ts";
import type { Asked } from "../asked.ts";
import { takeResponses } from "../questions.ts";
import { cancelLegacyTask } from "./legacy-tasks.ts";
import { taskCall } from "./task-call.ts";
import { detailedTask } from "./task-details.ts";
import { legacyTaskOf } from "./task-view.ts";

/** A task as it stands, with what it came to or what it asks. */
export async function getTask(asked: Asked): Promise<Result> {
  const view = await taskCall(asked);
  return asked.era === "legacy" ? await legacyTaskOf(asked.house, view) : await detailedTask(asked, view);
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
