import { type Clock, sleep } from "../../base/clock.ts";
import { ReferenceCounts } from "../../base/reference-counts.ts";
import { Fault } from "../../protocol/fault.ts";

const maxHeldOfSource = 8;
const maxHeld = 256;

/**
 * Holds back what those who guess are told, for the wait that it names, so that the next guess over that
 * connection comes no sooner. A few of each source and in all: whoever asks beyond them is answered at once, and
 * nobody's guesses fill the memory. It sees refusals only, never a good credential.
 */
export class SlowedAnswers {
  readonly #clock: Clock;
  /** Answers held back now, by the address they go to. */
  readonly #held = new ReferenceCounts<string>();

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  /** Resolves when the refusal may be told, or once the signal aborts: whoever waited is gone, or must go. */
  async hold(refusal: unknown, address: string, signal: AbortSignal): Promise<void> {
    if (!(refusal instanceof Fault) || refusal.code !== "auth.slowed") return;
    if (this.#held.of(address) >= maxHeldOfSource || this.#held.all >= maxHeld) return;
    using _place = this.#held.hold(address);
    try {
      await sleep(this.#clock, refusal.retry.afterMs ?? 0, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
