import type { MachineLoad } from "../adapters/machine/machine-load.ts";
import { type Clock, sleep } from "../base/clock.ts";

/** One turn of the loop's timers: the lateness that loading left is read in it. */
const turnMs = 1;

/** Loads something while calls run. What that takes of the loop refuses none of them as too many. */
export async function loadLate<T>(
  { load, clock }: { load: Pick<MachineLoad, "lateForAReason">; clock: Clock },
  open: () => Promise<T>,
): Promise<T> {
  using _late = load.lateForAReason();
  const opened = await open();
  await sleep(clock, turnMs, new AbortController().signal);
  return opened;
}
