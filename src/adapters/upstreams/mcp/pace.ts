import { type Clock, sleep } from "../../../base/clock.ts";

const bytesPerSecond = 16 * 1024 * 1024;
const messagesPerSecond = 2000;
/** So much may come at once before anything waits. */
const burstMs = 250;

/** How fast a server is listened to: what it sends beyond that waits in its own pipe, and costs nobody else. */
export class Pace {
  readonly #clock: Clock;
  #paidUntilMs = Number.NEGATIVE_INFINITY;

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  /** Resolves when more may be taken. */
  async took(amount: { bytes?: number; messages?: number }, signal: AbortSignal): Promise<void> {
    const { bytes = 0, messages = 0 } = amount;
    const now = this.#clock.monotonicMs();
    const costMs = (bytes / bytesPerSecond + messages / messagesPerSecond) * 1000;
    this.#paidUntilMs = Math.max(this.#paidUntilMs, now - burstMs) + costMs;
    const waitMs = this.#paidUntilMs - now;
    if (waitMs > 1) await sleep(this.#clock, waitMs, signal);
  }
}
