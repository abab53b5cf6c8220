import type { Clock } from "../../base/clock.ts";

/** A list is read again no sooner after the last time. */
const everyMs = 1000;
/** Changes that come together are one. */
const gatherMs = 250;

/** When a list is read again whose server says that it has changed, as often as it may say so. */
export class Relisting implements Disposable {
  readonly #clock: Clock;
  readonly #read: () => Promise<void>;
  #listedMs = Number.NEGATIVE_INFINITY;
  #timer: Disposable | undefined;

  constructor({ clock, read }: { clock: Clock; read: () => Promise<void> }) {
    this.#clock = clock;
    this.#read = read;
  }

  /** It was read just now. */
  listed(): void {
    this.#listedMs = this.#clock.monotonicMs();
  }

  /** It has changed. */
  changed(): void {
    if (this.#timer !== undefined) return;
    const delayMs = Math.max(gatherMs, this.#listedMs + everyMs - this.#clock.monotonicMs());
    this.#timer = this.#clock.timer(delayMs, () => {
      this.#timer = undefined;
      this.listed();
      void this.#read();
    });
  }

  /** Nothing is read until it changes again. */
  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }
}
