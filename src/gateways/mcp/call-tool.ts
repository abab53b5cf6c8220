import { type CallToolResult, ProtocolError, type Result } from "@modelcontextprotocol/server";
import { z } from "zod";
import { traceIdOf } from "../../base/traceparent.ts";
import { refusalOf } from "../../core/operations/refusal.ts";
import { Fault } from "../../protocol/fault.ts";
import { factsOf, fitted } from "../../protocol/mistakes.ts";
import { hasEnded } from "../../protocol/phase.ts";
import type { CallView } from "../../protocol/result.ts";
import { answeredCall } from "./answered-call.ts";
import type { Asked } from "./asked.ts";
import { attend } from "./attend.ts";
import { endedAnswer, refusedAnswer } from "./call-answer.ts";
import { controlAnswer, waitOf } from "./calls-tool.ts";
import { cancelling } from "./cancelling.ts";
import { invalidParams } from "./protocol-faults.ts";
import { startTool, type ToolWish } from "./start-tool.ts";
import { newTask, wantsTask } from "./tasks/new-task.ts";

const params = z.looseObject({
  name: z.string().min(1).max(128),
  arguments: z.record(z.string(), z.unknown()).default({}),
});

/** Starts a call and answers with what it comes to, what it asks, or its handle before the client's limit. */
export async function callTool(asked: Asked): Promise<Result> {
  const parsed = fitted(params, asked.params);
  if (!parsed.success) throw invalidParams(`Cannot take the parameters of tools/call: ${factsOf(parsed.mistakes)}`);
  try {
    return (await answeredCall(asked)) ?? (await start(asked, parsed.data));
  } catch (error) {
    return refusal(asked, error);
  }
}

async function start(asked: Asked, { name, arguments: input }: ToolWish): Promise<Result> {
  const { house, peer, context } = asked;
  const { id, _meta } = context.mcpReq;
  const key = peer.keyOf?.(id);
  const wait = waitOf(name, input);
  const isTask = wantsTask(asked);
  const started = await (peer.begun?.(id) ??
    startTool(house, asked, {
      wish: { name, arguments: wait?.look ?? input },
      isTask,
      ...(key !== undefined && { key }),
      ...(peer.cwd !== undefined && { cwd: peer.cwd }),
    }));
  if (started.answer !== undefined) return await controlAnswer(asked, started.answer, { input, wait });
  const { call, phase } = started;
  if (hasEnded(phase)) return endedAnswer(asked, started.ended ?? (await viewOf(asked, call)));
  peer.started?.(id, call);
  using _cancel = cancelling(asked, call);
  if (isTask) return await newTask(asked, await viewOf(asked, call));
  return await attend(asked, { call, after: 0, token: _meta?.progressToken, waitMs: asked.limits.waitMs });
}

async function viewOf(asked: Asked, call: CallView["call"]): Promise<CallView> {
  return await asked.house.operations["call.get"](asked, { call });
}

/** Faults are the answer of a tool, which a model can read; only what no tool answers is the protocol's. */
function refusal(asked: Asked, error: unknown): CallToolResult {
  if (asked.signal.aborted || error instanceof ProtocolError) throw error;
  if (error instanceof Fault && error.code === "tool.unknown") throw error;
  const trace = traceIdOf(asked.traceparent);
  return refusedAnswer(refusalOf(error, asked.house.reports, { place: "mcp", trace }).view(trace));
}
