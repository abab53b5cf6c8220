import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";

/** Under the key there is a call already, of another request. */
export function keyReused(call: CallId): Fault {
  const message = `Cannot start a call: its key belongs to ${call}, whose request was another one`;
  return new Fault("call.key-reused", message, { facts: { call } });
}

/** Whether there was a call under the key cannot be known any more. */
export function keyForgotten(keepMs: number): Fault {
  const message = "Cannot repeat this start: keys of its age are no longer kept";
  return new Fault("call.too-old", message, { facts: { keepMs } });
}
