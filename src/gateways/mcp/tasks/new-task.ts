import type { Result } from "@modelcontextprotocol/server";
import { isRecord } from "../../../base/is-record.ts";
import type { CallView } from "../../../protocol/result.ts";
import type { Asked } from "../asked.ts";
import { releaseOnceWritten } from "../release.ts";
import { knowsTasks } from "./task-call.ts";
import { legacyTaskOf, taskOf } from "./task-view.ts";
import { tellStatus } from "./tell-status.ts";

/** Whether the client takes a task for an answer: it says so for itself since 2026-07-28, and for each request before. */
export function wantsTask(asked: Asked): boolean {
  return asked.era === "modern" ? knowsTasks(asked) : isRecord(asked.params["task"]);
}

/** A call that goes on, as a task: the answer is its handle. */
export async function newTask(asked: Asked, view: CallView): Promise<Result> {
  const { era, house } = asked;
  if (era === "legacy") tellStatus(asked, view);
  const task =
    era === "modern"
      ? { resultType: "task", ...(await taskOf(house, view)) }
      : { task: await legacyTaskOf(house, view) };
  releaseOnceWritten(asked, view.call);
  return task;
}
