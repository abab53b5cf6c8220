import { addAbortListener } from "node:events";
import { SdkError, SdkErrorCode } from "@modelcontextprotocol/server";
import { traceIdOf } from "../../base/traceparent.ts";
import { refusalOf } from "../../core/operations/refusal.ts";
import type { Caller } from "../../core/tenants/caller.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Asked } from "./asked.ts";
import type { House } from "./house.ts";

const never = new AbortController().signal;

/** As long as it is not disposed, the call ends when its client ends the request, also where it has done so before. */
export function cancelling(asked: Asked, call: CallId): Disposable {
  const { signal, house, peer } = asked;
  const cancel = () => {
    const isClosed = signal.reason instanceof SdkError && signal.reason.code === SdkErrorCode.ConnectionClosed;
    if (isClosed && peer.closing !== "cancels") return;
    void cancelCall(house, { caller: peer.caller, call, trace: traceIdOf(asked.traceparent) });
  };
  return addAbortListener(signal, cancel);
}

/** Ends the call of a client that no longer wants it; nobody is there to be told that it could not. */
export async function cancelCall(
  { operations, reports }: Pick<House, "operations" | "reports">,
  { caller, call, trace }: { caller: Caller; call: CallId; trace: string },
): Promise<void> {
  try {
    await operations["call.control"]({ caller, signal: never }, { call, action: "cancel" });
  } catch (error) {
    refusalOf(error, reports, { place: "mcp", trace });
  }
}
