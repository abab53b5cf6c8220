import { addAbortListener } from "node:events";
import { SdkError, SdkErrorCode } from "@modelcontextprotocol/server";
import { traceIdOf } from "../../base/traceparent.ts";
import { refusalOf } from "../../core/operations/refusal.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Asked } from "./asked.ts";

const never = new AbortController().signal;

/** As long as it is not disposed, the call ends when its client ends the request, also where it has done so before. */
export function cancelling(asked: Asked, call: CallId): Disposable {
  const { signal, house, peer } = asked;
  const cancel = () => {
    const isClosed = signal.reason instanceof SdkError && signal.reason.code === SdkErrorCode.ConnectionClosed;
    if (isClosed && peer.closing !== "cancels") return;
    const request = { caller: peer.caller, signal: never };
    house.operations["call.control"](request, { call, action: "cancel" }).catch((error) =>
      refusalOf(error, house.reports, { place: "mcp", trace: traceIdOf(asked.traceparent) }),
    );
  };
  return addAbortListener(signal, cancel);
}
