import { newTraceparent, traceIdOf } from "../../base/traceparent.ts";
import { type Reports, refusalOf } from "../../core/operations/refusal.ts";
import type { Fault, FaultView } from "../../protocol/fault.ts";
import { rpcFaultCode } from "../../protocol/rpc.ts";

export type RequestId = string | number | null;

export function resultText(id: RequestId, result: unknown): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${JSON.stringify(result)}}`;
}

export function faultText(id: RequestId, fault: FaultView): string {
  const error = { code: rpcFaultCode, message: fault.message, data: fault };
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":${JSON.stringify(error)}}`;
}

/** The failure as a client is told it, counted, under the trace that the request came with or a new one. */
export function refused(error: unknown, reports: Reports, traceparent?: string): { fault: Fault; view: FaultView } {
  const trace = traceIdOf(traceparent) || traceIdOf(newTraceparent());
  const fault = refusalOf(error, reports, { place: "websocket", trace });
  return { fault, view: fault.view(trace) };
}
