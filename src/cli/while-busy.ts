import { setTimeout as wait } from "node:timers/promises";
import { Fault, type FaultCode } from "../protocol/fault.ts";
import type { Shell } from "./shell.ts";

const busy: readonly FaultCode[] = ["admission.overloaded", "admission.draining", "admission.rate"];
const mostRepeats = 3;
const longestWaitMs = 10_000;
const usualWaitMs = 1000;

/** Starts a call, and again after a while where the daemon was too busy to take it, a few times at most. */
export async function whileBusy<T>(
  { screen }: Pick<Shell, "screen">,
  start: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await start();
    } catch (error) {
      const waitMs = repeats < mostRepeats ? waitAfter(error) : undefined;
      if (waitMs === undefined) throw error;
      screen.note(screen.dim(`the daemon is busy; trying again in ${Math.max(1, Math.ceil(waitMs / 1000))} s`));
      await wait(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** `undefined` where a repeat is not safe, has no chance, or would keep people waiting. */
function waitAfter(error: unknown): number | undefined {
  if (!(error instanceof Fault) || !busy.includes(error.code) || !error.retry.safe) return undefined;
  const { afterMs = usualWaitMs } = error.retry;
  return afterMs <= longestWaitMs ? afterMs : undefined;
}
