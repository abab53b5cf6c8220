import type { Result } from "@modelcontextprotocol/server";
import type { CallView } from "../../../protocol/result.ts";
import type { Asked } from "../asked.ts";
import { knowsTasks } from "./task-call.ts";
import { legacyTaskOf, taskOf } from "./task-view.ts";
import { tellStatus } from "./tell-status.ts";

/** Whether the client takes a task for an answer: it says so for itself since 2026-07-28, and for each request before. */
export function wantsTask(asked: Asked): boolean {
  return asked.era === "modern" ? knowsTasks(asked) : isObject(asked.params["task"]);
}

/** A call that goes on, as a task. Its handle is with the client from now on. */
export async function newTask(asked: Asked, view: CallView): Promise<Result> {
  asked.house.calls.release(view.call);
  if (asked.era === "modern") return { resultType: "task", ...(await taskOf(asked.house, view)) };
  tellStatus(asked, view);
  return { task: await legacyTaskOf(asked.house, view) };
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
