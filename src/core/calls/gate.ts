import { orAborted } from "../../base/abort.ts";

/** Open, or closed while a call is paused or waits for an answer. */
export class Gate {
  #closed: PromiseWithResolvers<void> | undefined;

  get isOpen(): boolean {
    return this.#closed === undefined;
  }

  close(): void {
    this.#closed ??= Promise.withResolvers<void>();
  }

  open(): void {
    this.#closed?.resolve();
    this.#closed = undefined;
  }

  /** Resolves once it is open; rejects with the signal's reason if that comes first. */
  async passed(signal: AbortSignal): Promise<void> {
    while (this.#closed !== undefined) await orAborted(this.#closed.promise, signal);
  }
}
