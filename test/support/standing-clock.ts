import { ManualClock } from "./manual-clock.ts";

/** The clock of a process that can stand still: time goes on meanwhile, and what falls due fires late. */
export class StandingClock extends ManualClock {
  #aheadMs = 0;

  override monotonicMs(): number {
    return super.monotonicMs() + this.#aheadMs;
  }

  standStill(ms: number): void {
    this.#aheadMs += ms;
  }
}
