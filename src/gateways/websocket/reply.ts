import { Cancelled } from "../../base/abort.ts";
import { Fault, type FaultView } from "../../protocol/fault.ts";
import { rpcFaultCode } from "../../protocol/rpc.ts";

export type RequestId = string | number | null;

export function resultText(id: RequestId, result: unknown): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${JSON.stringify(result)}}`;
}

export function faultText(id: RequestId, fault: FaultView): string {
  const error = { code: rpcFaultCode, message: fault.message, data: fault };
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":${JSON.stringify(error)}}`;
}

/** The failure as a client is told it; what nobody expected is reported under a number and sent as `internal`. */
export function faultOf(error: unknown, what: string, report: (bug: unknown) => string): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof Cancelled)
    return error.by === "shutdown"
      ? new Fault("call.shutdown", `Cannot ${what}: the daemon is stopping, expected a repeat after its restart`)
      : new Fault("call.cancelled", `Cannot ${what}: it was cancelled by ${error.by}`);
  return new Fault("internal", `Cannot ${what}: an unexpected failure, expected none`, {
    facts: { report: report(error) },
  });
}
