/**
 * Exponential backoff with full jitter, after M. Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog,
 * 2015): of a thousand clients cut at once none is woken together with the others.
 */
const firstMs = 250;
const longestMs = 30_000;
const healthyMs = 10_000;

/** How often in a row a connection was lost or not made. */
export interface Backoff {
  readonly failures: number;
}

/** Nothing has failed yet. */
export const noFailures: Backoff = { failures: 0 };

/** One more failure; a connection that was open for 10 s begins the count anew. */
export function failed(backoff: Backoff, openMs: number): Backoff {
  return { failures: openMs >= healthyMs ? 1 : backoff.failures + 1 };
}

/**
 * Milliseconds to wait before the next try: anything up to 250 ms first, then up to twice as much each time
 * and 30 s at most, so that clients that were cut together do not come back together. Never before the server
 * asked to: `retryAfterMs` is added. `chance` is from 0 to 1.
 */
export function delayMs(backoff: Backoff, chance: number, retryAfterMs = 0): number {
  const ceiling = Math.min(longestMs, firstMs * 2 ** Math.max(0, backoff.failures - 1));
  return retryAfterMs + chance * ceiling;
}
