import { FAULTS, type FaultCode } from "../protocol/fault.ts";
import type { CallView } from "../protocol/result.ts";

/** What the end of the program tells a script. A command run by `exec` passes its own instead, 128 + n for a signal. */
export const EXIT = {
  succeeded: 0,
  failed: 1,
  usage: 2,
  credentials: 3,
  noDaemon: 4,
  limit: 5,
  /** A review found what it was told to fail on. */
  found: 6,
  expired: 124,
  /** Of `exec`, as shells have them: what was to run was refused, or there is none. */
  refused: 126,
  noProgram: 127,
  cancelled: 130,
} as const;

const unreachable: readonly FaultCode[] = ["client.disconnected", "client.version"];
const late: readonly FaultCode[] = ["call.deadline", "process.silent", "process.pause-limit"];
const wrongInput: readonly FaultCode[] = [
  "method.unknown",
  "tool.unknown",
  "call.unknown",
  "thread.unknown",
  "config.invalid",
];

export function exitOfFault(code: FaultCode): number {
  if (code.startsWith("auth.")) return EXIT.credentials;
  if (unreachable.includes(code)) return EXIT.noDaemon;
  if (late.includes(code)) return EXIT.expired;
  if (code === "call.cancelled") return EXIT.cancelled;
  if (FAULTS[code].http === 429 || code.startsWith("admission.")) return EXIT.limit;
  return code.startsWith("input.") || wrongInput.includes(code) ? EXIT.usage : EXIT.failed;
}

/** Of a call as it stands: one that has not ended is no failure. */
export function exitOfCall({ phase, fault }: Pick<CallView, "phase" | "fault">): number {
  if (phase === "expired") return EXIT.expired;
  if (phase === "cancelled") return EXIT.cancelled;
  if (phase !== "failed") return EXIT.succeeded;
  return fault === undefined ? EXIT.failed : exitOfFault(fault.code);
}
