import type { CallId } from "../../protocol/ids.ts";
import type { Asked } from "./asked.ts";

/**
 * The answer to this request has the call's handle: once it was written the client may go, and the call does not go
 * with it. Of a handle that reached nobody nothing is released.
 */
export function releaseOnceWritten({ house, peer, context, signal }: Asked, call: CallId): void {
  if (signal.aborted) return;
  const release = () => house.calls.release(call);
  if (peer.onWritten === undefined) release();
  else peer.onWritten(context.mcpReq.id, release);
}
