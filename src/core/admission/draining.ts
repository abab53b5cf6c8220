import { Fault } from "../../protocol/fault.ts";

/** After so long a daemon that stops to be started again may be there. */
export const restartMs = 1000;

/** `admission.draining`: `what` cannot be done any more by this start of the daemon. */
export function draining(what: string): Fault {
  const message = `Cannot ${what}: the daemon is stopping, expected another try once it is there again`;
  return new Fault("admission.draining", message, { retryAfterMs: restartMs });
}
