import { orAborted } from "../../base/abort.ts";
import type { OutputWriter } from "../../core/processes/output-log.ts";
import type { Child, ProcessExit } from "../../core/processes/process-host.ts";
import { pumpOutput } from "../../core/processes/pump-output.ts";
import { Fault } from "../../protocol/fault.ts";
import type { ExecInput } from "./input.ts";
import { limitReached, overflowed } from "./limit-faults.ts";
import type { Plan } from "./plan.ts";
import type { Watch } from "./watch.ts";

/** Of a command whose supervisor was lost nobody can tell how it ended, nor whether its output is whole. */
const unknown: ProcessExit = { code: null, signal: null, signalNumber: 0, orphansKilled: 0, drained: false };

interface Attended {
  child: Child;
  log: OutputWriter;
  command: ExecInput;
  plan: Pick<Plan, "limits">;
  /** Rejects where what the command was given cannot be written to it. */
  given: Promise<void>;
  watch: Watch;
  signal: AbortSignal;
  graceMs: number;
  /** Told once, when the command is to end before its time. */
  onEnding: () => void;
}

/** Stays with a command to its end; ends it where the call, a limit, its output or its disk does not let it go on. */
export async function attend(parts: Attended): Promise<{ exit: ProcessExit; failure?: { reason: unknown } }> {
  const { child, log, command, plan, given, watch, signal, graceMs, onEnding } = parts;
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  given.catch(failed.reject);
  const pumping = pumpOutput(watch.over(child.output()), log);
  const early = [watch.breached, failed.promise];
  try {
    if ((await orAborted(Promise.race([pumping, ...early]), signal)) === "overflow") throw overflowed();
    const exit = await orAborted(Promise.race([child.exited, ...early]), signal);
    if (exit.limit === undefined) return { exit };
    return { exit, failure: { reason: limitReached(exit.limit, plan.limits[exit.limit]) } };
  } catch (reason) {
    onEnding();
    const exit = await child.cancel({ graceMs }).catch(unknownIfLost);
    // Its last words belong to the log; only a log that waits for its reader may wait for ever.
    if (command.overflow !== "block") await Promise.allSettled([pumping]);
    return { exit, failure: { reason } };
  }
}

function unknownIfLost(error: unknown): ProcessExit {
  if (error instanceof Fault && error.code === "process.host-lost") return unknown;
  throw error;
}
