import { ProtocolError, ProtocolErrorCode, type Result } from "@modelcontextprotocol/server";
import { z } from "zod";
import { callId } from "../../protocol/ids.ts";
import type { Asked } from "./asked.ts";
import { attend } from "./attend.ts";
import { invalidParams } from "./protocol-faults.ts";

/**
 * By which a carrier of messages goes on with a request whose stream was cut: one that is told which call stands
 * behind a request. To everybody else it is no method.
 */
export const resumeMethod = "exai/resume";

const params = z.strictObject({
  call: callId,
  after: z.int().min(0),
  progressToken: z.union([z.string(), z.number()]).optional(),
});

/** What the `tools/call` of this call would have gone on to answer, behind the last event that its client has. */
export async function resume(asked: Asked): Promise<Result> {
  if (asked.peer.started === undefined) throw new ProtocolError(ProtocolErrorCode.MethodNotFound, "Method not found");
  const parsed = params.safeParse(asked.params);
  if (!parsed.success) throw invalidParams(`Cannot take the parameters of ${resumeMethod}`);
  const { call, after, progressToken: token } = parsed.data;
  await asked.house.operations["call.get"](asked, { call });
  return await attend(asked, { call, after, token, waitMs: asked.limits.waitMs });
}
