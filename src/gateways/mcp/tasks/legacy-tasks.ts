import { type CallToolResult, RELATED_TASK_META_KEY, type Result } from "@modelcontextprotocol/server";
import { z } from "zod";
import { callId } from "../../../protocol/ids.ts";
import { hasEnded } from "../../../protocol/phase.ts";
import type { CallView } from "../../../protocol/result.ts";
import type { Asked } from "../asked.ts";
import { attend } from "../attend.ts";
import { endedAnswer } from "../call-answer.ts";
import { invalidParams } from "../protocol-faults.ts";
import { taskCall } from "./task-call.ts";
import { legacyTaskOf } from "./task-view.ts";

const listing = z.looseObject({ cursor: callId.optional() });
const listed = 50;
/** A result is waited for as long as its client does. */
const longestWaitMs = 86_400_000;

/** Refuses a task that has ended: the revision of 2025-11-25 wants it so. */
export async function cancelLegacyTask(asked: Asked, view: CallView): Promise<Result> {
  const { call, phase } = view;
  if (hasEnded(phase)) throw invalidParams(`Cannot cancel ${call}: it is ${phase}, expected a task that goes on`);
  return await legacyTaskOf(
    asked.house,
    await asked.house.operations["call.control"](asked, { call, action: "cancel" }),
  );
}

/** The calls of this principal, newest first. */
export async function listLegacyTasks(asked: Asked): Promise<Result> {
  const parsed = listing.safeParse(asked.params);
  if (!parsed.success) throw invalidParams("Cannot list tasks: the cursor is none of ours");
  const { cursor: before } = parsed.data;
  const { calls } = await asked.house.operations["call.list"](asked, { limit: listed, ...(before && { before }) });
  const tasks = await Promise.all(calls.map((view) => legacyTaskOf(asked.house, view)));
  const last = calls.at(-1);
  return { tasks, ...(calls.length === listed && last && { nextCursor: last.call }) };
}

/** What a task came to, waited for; what it asks meanwhile is put to the user. */
export async function legacyTaskResult(asked: Asked): Promise<Result> {
  const view = await taskCall(asked);
  const { call } = view;
  const wait = { call, after: view.seq, token: asked.context.mcpReq._meta?.progressToken, waitMs: longestWaitMs };
  const answer = hasEnded(view.phase) ? endedAnswer(asked, view) : await attend(asked, wait);
  const { _meta } = answer as CallToolResult;
  return { ...answer, _meta: { ..._meta, [RELATED_TASK_META_KEY]: { taskId: call } } };
}
