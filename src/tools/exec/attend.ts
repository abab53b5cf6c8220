import { orAborted } from "../../base/abort.ts";
import type { OutputWriter } from "../../core/processes/output-log.ts";
import type { Child, ProcessExit } from "../../core/processes/process-host.ts";
import { pumpOutput } from "../../core/processes/pump-output.ts";
import { type ExecInput, stdinOf } from "./input.ts";
import { limitReached, overflowed } from "./limit-faults.ts";
import type { Plan } from "./plan.ts";
import type { Watch } from "./watch.ts";

interface Attended {
  child: Child;
  log: OutputWriter;
  command: ExecInput;
  plan: Pick<Plan, "prompt" | "limits">;
  watch: Watch;
  signal: AbortSignal;
  graceMs: number;
  /** Told once, when the command is to end before its time. */
  onEnding: () => void;
}

/** Stays with a command to its end; ends it where the call, a limit, its output or its disk does not let it go on. */
export async function attend(parts: Attended): Promise<{ exit: ProcessExit; failure?: { reason: unknown } }> {
  const { child, log, command, plan, watch, signal, graceMs, onEnding } = parts;
  feed(child, plan.prompt, stdinOf(command));
  const pumping = pumpOutput(watch.over(child.output()), log);
  try {
    if ((await orAborted(Promise.race([pumping, watch.breached]), signal)) === "overflow") throw overflowed();
    const exit = await orAborted(Promise.race([child.exited, watch.breached]), signal);
    if (exit.limit === undefined) return { exit };
    return { exit, failure: { reason: limitReached(exit.limit, plan.limits[exit.limit]) } };
  } catch (reason) {
    onEnding();
    const exit = await child.cancel({ graceMs });
    // Its last words belong to the log; only a log that waits for its reader may wait for ever.
    if (command.overflow !== "block") await Promise.allSettled([pumping]);
    return { exit, failure: { reason } };
  }
}

/** A command need not read its input: what it leaves is no failure of the call. */
function feed(child: Child, prompt: string, stdin: Uint8Array | undefined): void {
  if (prompt !== "") child.input(new TextEncoder().encode(prompt)).catch(() => {});
  if (stdin === undefined) return;
  child.input(stdin).catch(() => {});
  child.endInput();
}
