import type { Result } from "@modelcontextprotocol/server";
import type { CallView } from "../../../protocol/result.ts";
import type { Asked } from "../asked.ts";
import { tasksExtension } from "../server-options.ts";
import { legacyTask, taskOf } from "./task-view.ts";

/** Whether the client takes a task for an answer: it says so for itself since 2026-07-28, and for each request before. */
export function wantsTask(asked: Asked): boolean {
  return asked.era === "modern" ? knowsTasks(asked) : isObject(asked.params["task"]);
}

export function knowsTasks(asked: Asked): boolean {
  return asked.capabilities.extensions?.[tasksExtension] !== undefined;
}

/** A call that goes on, as a task. Its handle is with the client from now on. */
export async function newTask(asked: Asked, view: CallView): Promise<Result> {
  asked.house.calls.release(view.call);
  const task = await taskOf(asked.house, view);
  return asked.era === "modern" ? { resultType: "task", ...task } : { task: legacyTask(task) };
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
