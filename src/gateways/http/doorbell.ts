import { orAborted } from "../../base/abort.ts";

/** Wakes one waiter; rings that come while nobody waits are remembered as one. */
export class Doorbell {
  #rung = Promise.withResolvers<void>();

  ring(): void {
    this.#rung.resolve();
  }

  /** Resolves at a ring since the last time; rejects with the signal's reason. */
  async wait(signal: AbortSignal): Promise<void> {
    await orAborted(this.#rung.promise, signal);
    this.#rung = Promise.withResolvers();
  }
}
