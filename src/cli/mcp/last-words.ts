import { setTimeout as wait } from "node:timers/promises";
import type { Outlet } from "./outlet.ts";

/** A daemon is started in less, and answers whatever it is asked in less, if only with a call's handle. */
const longestMs = 60_000;
/** Who does not read what was answered keeps nobody here. */
const unreadMs = 1000;
const lookEveryMs = 10;

/**
 * Who closes our input may still read what it asked before: resolves once that is answered and out of our hands, at
 * the latest after a minute.
 */
export async function lastWords(parts: { outlet: Outlet; isOwed: () => boolean; signal: AbortSignal }): Promise<void> {
  const { outlet, isOwed, signal } = parts;
  const untilMs = performance.now() + longestMs;
  while (isOwed() && !signal.aborted && performance.now() < untilMs) await wait(lookEveryMs);
  await Promise.race([outlet.rest(), wait(unreadMs, undefined, { ref: false })]);
}
