/** Wakes whoever waits, also where it rang before they came. */
export class Alarm {
  #rang = false;
  #wake: () => void = () => {};

  ring(): void {
    this.#rang = true;
    this.#wake();
  }

  /** Resolves when it has rung since the last time, when the time is over, or when the signal aborts; never rejects. */
  async rung(withinMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#rang && !signal.aborted) await this.#waited(withinMs, signal);
    this.#rang = false;
  }

  async #waited(withinMs: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = Number.isFinite(withinMs) ? setTimeout(resolve, withinMs) : undefined;
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    clearTimeout(timer);
    this.#wake = () => {};
  }
}
