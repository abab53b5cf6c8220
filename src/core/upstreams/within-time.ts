import { orAborted } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import { TimedAbort } from "../../base/timed-abort.ts";
import type { UpstreamServer } from "./server.ts";
import { silent } from "./session-faults.ts";

/** What is read takes no longer than this, where the server's entry does not say. */
const readMs = 60_000;

/** What a server answers in time to somebody who reads; refuses with `upstream.silent` where it says nothing. */
export async function withinTime<T>(
  { clock, server }: { clock: Clock; server: UpstreamServer },
  signal: AbortSignal,
  read: (until: AbortSignal) => Promise<T>,
): Promise<T> {
  using until = new TimedAbort(signal, { clock, afterMs: server.timeoutMs ?? readMs, by: "deadline" });
  try {
    return await orAborted(read(until.signal), until.signal);
  } catch (error) {
    if (until.isLate) throw silent(server, "answer");
    throw error;
  }
}
