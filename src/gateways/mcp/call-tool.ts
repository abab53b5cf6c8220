import { addAbortListener } from "node:events";
import {
  type CallToolRequestParams,
  type CallToolResult,
  type Result,
  SdkError,
  SdkErrorCode,
  type ServerEvent,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { traceIdOf } from "../../base/traceparent.ts";
import { refusalOf } from "../../core/operations/refusal.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import { callStart } from "../../protocol/methods.ts";
import { hasEnded } from "../../protocol/phase.ts";
import type { Asked } from "./asked.ts";
import { attend } from "./attend.ts";
import { endedAnswer, refusedAnswer } from "./call-answer.ts";
import { invalidParams } from "./protocol-faults.ts";

const params = z.looseObject({
  name: z.string().min(1).max(128),
  arguments: z.record(z.string(), z.unknown()).default({}),
});

/** Starts a call and answers with what it comes to, or with its handle before the client's limit. */
export async function callTool(asked: Asked): Promise<Result> {
  const parsed = params.safeParse(asked.params);
  if (!parsed.success)
    throw invalidParams(`Cannot take the parameters of tools/call: ${z.prettifyError(parsed.error)}`);
  const { name, arguments: input } = parsed.data;
  return await call(asked, { name, arguments: input });
}

async function call(
  asked: Asked,
  request: Required<Pick<CallToolRequestParams, "name" | "arguments">>,
): Promise<Result> {
  const added = asked.house.additions.tools.find(({ definition }) => definition.name === request.name);
  if (added !== undefined) {
    const { context, server, house } = asked;
    const proceed = (again: CallToolRequestParams) => call(asked, { arguments: {}, ...again });
    const changed = (event: ServerEvent) => house.subscriptions.changed(event);
    return await added.call(request, context, { server, proceed, changed });
  }
  try {
    return await start(asked, request);
  } catch (error) {
    return refusal(asked, error);
  }
}

async function start(
  asked: Asked,
  { name, arguments: input }: Required<Pick<CallToolRequestParams, "name" | "arguments">>,
): Promise<CallToolResult> {
  const { house, peer, context } = asked;
  const { id, _meta } = context.mcpReq;
  const key = peer.keyOf?.(id);
  const wish = callStart.parse({ tool: name, input, ...(key && { key }), ...(peer.cwd && { cwd: peer.cwd }) });
  const { call, phase, answer } = await house.operations["call.start"](asked, wish);
  if (answer !== undefined) return endedAnswer(asked, answer);
  peer.started?.(id, call);
  if (hasEnded(phase)) return endedAnswer(asked, await house.operations["call.get"](asked, { call }));
  using _cancel = cancelling(asked, call);
  return await attend(asked, { call, after: 0, token: _meta?.progressToken, waitMs: asked.limits.waitMs });
}

/** Ends the call when its client ends the request. */
function cancelling(asked: Asked, call: CallId): Disposable {
  const { signal, house, peer } = asked;
  return addAbortListener(signal, () => {
    const isClosed = signal.reason instanceof SdkError && signal.reason.code === SdkErrorCode.ConnectionClosed;
    if (isClosed && peer.closing !== "cancels") return;
    const request = { caller: peer.caller, signal: new AbortController().signal };
    house.operations["call.control"](request, { call, action: "cancel" }).catch((error) =>
      refusalOf(error, house.reports, { place: "mcp", trace: traceIdOf(asked.traceparent) }),
    );
  });
}

/** Faults are the answer of a tool, which a model can read; only what no tool answers is the protocol's. */
function refusal(asked: Asked, error: unknown): CallToolResult {
  if (asked.signal.aborted || (error instanceof Fault && error.code === "tool.unknown")) throw error;
  const trace = traceIdOf(asked.traceparent);
  return refusedAnswer(refusalOf(error, asked.house.reports, { place: "mcp", trace }).view(trace));
}
