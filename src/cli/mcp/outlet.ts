import type { Writable } from "node:stream";
import type { Message } from "./message.ts";

/** The client's end: one message a line. `gone` aborts when nobody reads it any more. */
export class Outlet {
  readonly #stream: Writable;
  readonly #gone = new AbortController();
  #unsaid = 0;
  #onRest: () => void = () => {};

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on("error", (error) => this.#gone.abort(error));
    stream.on("close", () => this.#gone.abort());
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Whether the client lets what was said wait. */
  get isFull(): boolean {
    return this.#stream.writableNeedDrain && !this.gone.aborted;
  }

  /** `said` runs once the line is out of our hands. */
  say(message: Message, said: () => void = () => {}): void {
    if (this.gone.aborted) return;
    this.#unsaid += 1;
    this.#stream.write(`${JSON.stringify(message)}\n`, () => {
      this.#unsaid -= 1;
      said();
      if (this.#unsaid === 0) this.#onRest();
    });
  }

  /** Resolves when everything that was said is out of our hands, or nobody reads it. */
  async rest(): Promise<void> {
    if (this.#unsaid === 0 || this.gone.aborted) return;
    await new Promise<void>((resolve) => {
      this.#onRest = resolve;
      this.gone.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}
