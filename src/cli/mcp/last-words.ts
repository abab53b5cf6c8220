import { setTimeout as wait } from "node:timers/promises";
import type { Outlet } from "./outlet.ts";

/** Who closes our input may still read what it asked before; a client that waits for our end waits for twice that. */
const lastWordsMs = 1000;
const lookEveryMs = 10;

/** Lets the last answers out, if they come soon. */
export async function lastWords(parts: {
  outlet: Outlet;
  isAwaited: () => boolean;
  signal: AbortSignal;
}): Promise<void> {
  const { outlet, isAwaited, signal } = parts;
  const untilMs = performance.now() + lastWordsMs;
  while (isAwaited() && !signal.aborted && performance.now() < untilMs) await wait(lookEveryMs);
  await Promise.race([outlet.rest(), wait(lastWordsMs, undefined, { ref: false })]);
}
