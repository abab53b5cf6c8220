import { addAbortListener } from "node:events";
import type { Clock } from "./clock.ts";

interface Late {
  clock: Clock;
  afterMs: number;
}

/**
 * What `promise` comes to, or `undefined` after so long: then nobody hears what it comes to. For ends that nothing
 * may hold up; who can be told to wait no longer uses {@link orLateOrAborted}.
 */
export async function orLate<T>(promise: Promise<T>, { clock, afterMs }: Late): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  using _timer = clock.timer(afterMs, () => late.resolve(undefined));
  return await Promise.race([promise, late.promise]);
}

/** As {@link orLate}; rejects with the signal's reason if that comes first. */
export async function orLateOrAborted<T>(
  promise: Promise<T>,
  { clock, afterMs }: Late,
  signal: AbortSignal,
): Promise<T | undefined> {
  signal.throwIfAborted();
  const over = Promise.withResolvers<undefined>();
  using _timer = clock.timer(afterMs, () => over.resolve(undefined));
  using _link = addAbortListener(signal, () => over.reject(signal.reason));
  return await Promise.race([promise, over.promise]);
}
