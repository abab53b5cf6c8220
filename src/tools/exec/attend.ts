import { orAborted } from "../../base/abort.ts";
import type { OutputWriter } from "../../core/processes/output-log.ts";
import type { Child, ProcessExit } from "../../core/processes/process-host.ts";
import { Fault } from "../../protocol/fault.ts";
import type { ExecInput } from "./input.ts";
import { pump } from "./pump.ts";

interface Attended {
  child: Child;
  log: OutputWriter;
  command: ExecInput;
  signal: AbortSignal;
  graceMs: number;
}

/** Stays with a command to its end; ends it where the call, its output or its disk does not let it go on. */
export async function attend(parts: Attended): Promise<{ exit: ProcessExit; failure?: { reason: unknown } }> {
  const { child, log, command, signal, graceMs } = parts;
  if (command.stdin !== undefined) feed(child, command.stdin);
  const pumping = pump(child, log);
  try {
    if ((await orAborted(pumping, signal)) === "overflow") throw overflowed();
    return { exit: await orAborted(child.exited, signal) };
  } catch (reason) {
    const exit = await child.cancel({ graceMs });
    // Its last words belong to the log; only a log that waits for its reader may wait for ever.
    if (command.overflow !== "block") await Promise.allSettled([pumping]);
    return { exit, failure: { reason } };
  }
}

/** A command need not read its input: what it leaves is no failure of the call. */
function feed(child: Child, text: string): void {
  child.input(new TextEncoder().encode(text)).catch(() => {});
  child.endInput();
}

function overflowed(): Fault {
  return new Fault(
    "output.overflow",
    "Cannot go on with the command: its output reached the cap, and it asked to be ended then",
  );
}
