import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { traceIdOf } from "../../base/traceparent.ts";
import { type Reports, refusalOf } from "../../core/operations/refusal.ts";
import type { Fault } from "../../protocol/fault.ts";

/** A request that the protocol itself refuses. */
export function invalidParams(message: string, data?: unknown): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message, data);
}

/** What a failure is to a client that gets no result: the same fault as over every gateway, as the error's data. */
export function protocolErrorOf(error: unknown, reports: Reports, traceparent: string): ProtocolError {
  if (error instanceof ProtocolError) return error;
  const trace = traceIdOf(traceparent);
  const fault = refusalOf(error, reports, { place: "mcp", trace });
  const view = trace === "" ? fault.view() : fault.view(trace);
  return new ProtocolError(codeOf(fault), fault.message, view);
}

function codeOf({ http }: Fault): ProtocolErrorCode {
  return http < 500 && http !== 429 ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError;
}
