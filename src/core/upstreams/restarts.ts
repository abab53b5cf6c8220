import type { Clock } from "../../base/clock.ts";
import { sleep } from "../../base/clock.ts";
import { exponentialBackoffMs } from "../../base/exponential-backoff.ts";

/** One that has lived so long was not lost for a reason that is there still. */
const steadyMs = 60_000;
const again = { firstMs: 250, longestMs: 30_000 };

/** When what was lost may be started again: at once the first time, then after a wait that doubles from 250 ms to 30 s. */
export class Restarts {
  readonly #clock: Clock;
  #losses = 0;
  #notBeforeMs = 0;

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  /** Whatever lived a minute begins the count anew. */
  lost({ livedMs }: { livedMs: number }): void {
    this.#losses = livedMs >= steadyMs ? 1 : this.#losses + 1;
    const waitMs = this.#losses === 1 ? 0 : exponentialBackoffMs(this.#losses - 1, again);
    this.#notBeforeMs = this.#clock.monotonicMs() + waitMs;
  }

  /** Milliseconds until the next start, 0 where it may be now. */
  get waitMs(): number {
    return Math.max(0, Math.ceil(this.#notBeforeMs - this.#clock.monotonicMs()));
  }

  /** Resolves when it may be started. */
  async due(signal: AbortSignal): Promise<void> {
    if (this.waitMs > 0) await sleep(this.#clock, this.waitMs, signal);
  }
}
