import type { Fault } from "../../protocol/fault.ts";
import { meaningOf } from "./meaning.ts";

/** Tries of one model call, the first included. */
export const mostTries = 4;
const firstWaitMs = 500;
/** A vendor that asks for more is left alone: who waits holds permits. */
const longestWaitMs = 60_000;
/** Waiting must leave time for an answer. */
const answerMs = 2000;
/** Those who were told the same moment do not come back in the same moment. */
const spreadMs = 250;

/**
 * Milliseconds until the next try, or `undefined` where there is none: not safe, not of the model's making, too
 * many tries, or not inside the time that is left. What the vendor asked for is never shortened. `random` is in [0, 1).
 */
export function retryWaitMs(fault: Fault, now: { tries: number; leftMs: number; random: number }): number | undefined {
  const { tries, leftMs, random } = now;
  if (!fault.retry.safe || !meaningOf(fault).again || tries >= mostTries) return undefined;
  const backoffMs = firstWaitMs * 2 ** (tries - 1);
  const { afterMs } = fault.retry;
  const waitMs = Math.ceil(afterMs === undefined ? (backoffMs * (1 + random)) / 2 : afterMs + random * spreadMs);
  return waitMs > longestWaitMs || waitMs + answerMs > leftMs ? undefined : waitMs;
}
