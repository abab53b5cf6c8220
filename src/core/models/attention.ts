import type { Clock } from "../../base/clock.ts";

const beatMs = 500;
/** A beat that comes so much later is no jitter: who waits for vendors did not run. */
const lateMs = 500;
/** What a pause did to connections and timers shows in the first moments after it. */
const aftermathMs = 2000;

/** A wait for somebody else, from its beginning until it is disposed. */
export interface Wait extends Disposable {
  /** Whether this process just stood still in it, for a second or more: what fails now may be its own doing. */
  readonly wasMissed: boolean;
}

/**
 * Tells a vendor that is late or gone from a daemon that did not run: stopped, starved by its neighbours or busy, it
 * notices timeouts and cut connections all at once. It looks at the clock only while somebody waits.
 */
export class Attention {
  readonly #clock: Clock;
  #waits = 0;
  #beat: Disposable | undefined;
  #beatAtMs = 0;
  #missedAtMs = Number.NEGATIVE_INFINITY;

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  /** Looks at the clock until the wait is disposed; disposing twice ends it once. */
  begin(): Wait {
    const sinceMs = this.#clock.monotonicMs();
    this.#waits += 1;
    if (this.#waits === 1) this.#next();
    const missedSince = () => {
      this.#look();
      return this.#missedAtMs > Math.max(sinceMs, this.#clock.monotonicMs() - aftermathMs);
    };
    let isOver = false;
    return {
      get wasMissed() {
        return missedSince();
      },
      [Symbol.dispose]: () => {
        if (isOver) return;
        isOver = true;
        this.#waits -= 1;
        if (this.#waits === 0) this.#beat?.[Symbol.dispose]();
      },
    };
  }

  #next(): void {
    this.#beatAtMs = this.#clock.monotonicMs() + beatMs;
    this.#beat = this.#clock.timer(beatMs, () => {
      this.#look();
      this.#next();
    });
  }

  #look(): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#beatAtMs >= lateMs) this.#missedAtMs = nowMs;
  }
}
