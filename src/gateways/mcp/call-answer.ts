import type { CallToolResult } from "@modelcontextprotocol/server";
import type { FaultView } from "../../protocol/fault.ts";
import type { CallView } from "../../protocol/result.ts";
import type { Asked } from "./asked.ts";

/** A call that has ended, as the result of the request that waited for it. */
export function endedAnswer(_asked: Asked, view: CallView): CallToolResult {
  const { result, fault, phase } = view;
  const text = result?.content ?? fault?.message ?? `${view.call} is ${phase}`;
  const answer = { content: [{ type: "text" as const, text }], structuredContent: { ...view } };
  return phase === "succeeded" ? answer : { ...answer, isError: true };
}

/** A request that was refused: no call came of it. */
export function refusedAnswer(fault: FaultView): CallToolResult {
  return { content: [{ type: "text", text: fault.message }], structuredContent: { fault }, isError: true };
}

/** A call that goes on: its handle, and the call of `calls` by which to wait for the rest. */
export function runningAnswer({ call, tool, phase }: CallView): CallToolResult {
  const next = { tool: "calls", arguments: { action: "wait", call } };
  const text = `${tool} still runs as call ${call} (${phase}). This is not its result. To wait for it, call the tool ${next.tool} with ${JSON.stringify(next.arguments)}.`;
  return { content: [{ type: "text", text }], structuredContent: { status: "running", call, phase, next } };
}
