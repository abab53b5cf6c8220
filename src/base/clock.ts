import { orAborted } from "./abort.ts";

/**
 * Time, as two readings that are never mixed: `wallMs` is for people and for the next start,
 * `monotonicMs` is for deadlines and expiries and does not jump.
 */
export interface Clock {
  /** Milliseconds since 1970; never lower than a reading before it in this process. */
  wallMs(): number;
  /** Milliseconds since an arbitrary moment; unaffected by changes of the wall clock. */
  monotonicMs(): number;
  /** Calls `fire` once after `delayMs`; disposing it before then means it never fires. */
  timer(delayMs: number, fire: () => void): Disposable;
}

/** Resolves after `delayMs`; rejects with the signal's reason if it aborts first. */
export async function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  using _timer = clock.timer(delayMs, resolve);
  await orAborted(promise, signal);
}

/** Node refuses longer delays and would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The clock of the machine. */
export class SystemClock implements Clock {
  #lastWallMs = 0;

  wallMs(): number {
    this.#lastWallMs = Math.max(this.#lastWallMs, Date.now());
    return this.#lastWallMs;
  }

  monotonicMs(): number {
    return performance.now();
  }

  timer(delayMs: number, fire: () => void): Disposable {
    return setTimeout(fire, Math.min(Math.max(0, delayMs), longestTimerMs));
  }
}
