import type { Result } from "@modelcontextprotocol/server";
import { openQuestion } from "../../core/calls/open-question.ts";
import { knownCall } from "../../core/operations/known-call.ts";
import { hasEnded } from "../../protocol/phase.ts";
import type { Asked } from "./asked.ts";
import { attend } from "./attend.ts";
import { invalidParams } from "./protocol-faults.ts";
import { takeResponses } from "./questions.ts";

/**
 * Goes on with the call that asked, where this request of 2026-07-28 brings its answer; nothing where it is a new
 * one. A state that is not ours, too old, or of another principal's call is refused alike.
 */
export async function answeredCall(asked: Asked): Promise<Result | undefined> {
  const { mcpReq } = asked.context;
  const state = mcpReq.requestState();
  if (state === undefined) return undefined;
  const { states, journal } = asked.house;
  const call = typeof state === "string" ? await states.callOf(state, asked.context) : undefined;
  const view = call && (await knownCall(asked.house, asked, call));
  if (call === undefined || view === undefined) throw invalidParams("Invalid or expired requestState");
  const question = hasEnded(view.phase) ? undefined : await openQuestion(journal, view);
  if (question !== undefined) await takeResponses(asked, { call, question });
  const { progressToken: token } = mcpReq._meta ?? {};
  return await attend(asked, { call, after: view.seq, token, waitMs: asked.limits.waitMs });
}
