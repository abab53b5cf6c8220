import { orAborted } from "../../base/abort.ts";
import { Fault } from "../../protocol/fault.ts";

/** More wait for nobody's benefit. */
const mostWaiting = 64;
const busyMs = 1000;

/** So many at once, the others in the order in which they came; `admission.queue-full` once 64 wait. */
export class Turns {
  readonly #most: number;
  readonly #waiting = new Set<() => void>();
  #taken = 0;

  constructor({ most }: { most: number }) {
    this.#most = most;
  }

  /** Resolves with a turn, which is disposed when it is over. */
  async take(signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#taken >= this.#most) await this.#wait(signal);
    else this.#taken += 1;
    let isOver = false;
    return {
      [Symbol.dispose]: () => {
        if (isOver) return;
        isOver = true;
        this.#next();
      },
    };
  }

  /** Resolves once somebody's turn has become this one's. */
  async #wait(signal: AbortSignal): Promise<void> {
    if (this.#waiting.size >= mostWaiting)
      throw new Fault(
        "admission.queue-full",
        `Cannot wait: ${mostWaiting} are in line before, expected fewer at once`,
        {
          retryAfterMs: busyMs,
        },
      );
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    try {
      await orAborted(promise, signal);
    } catch (error) {
      // It may have come in the same moment.
      if (!this.#waiting.delete(resolve)) this.#next();
      throw error;
    }
  }

  #next(): void {
    const [first] = this.#waiting;
    if (first === undefined) {
      this.#taken -= 1;
      return;
    }
    this.#waiting.delete(first);
    first();
  }
}
