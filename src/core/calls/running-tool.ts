import type { Clock } from "../../base/clock.ts";
import type { CallPermits } from "./call-permits.ts";

/** A tool that is silent for so long after its signal no longer delays its call's end. */
const stopWithinMs = 10_000;

export interface RunningToolParts<T> {
  clock: Clock;
  answer: Promise<T>;
  permits: Pick<CallPermits, "quarantine">;
}

/**
 * Waits for a tool; from the moment that it was told to stop no longer than 10 s. The permits of one that does not stop
 * stay with it, counted apart.
 */
export class RunningTool<T> implements Disposable {
  readonly #parts: RunningToolParts<T>;
  readonly #answer = Promise.withResolvers<T>();
  #timer: Disposable | undefined;
  #isOver = false;

  constructor(parts: RunningToolParts<T>) {
    this.#parts = parts;
    parts.answer.then(this.#answer.resolve, this.#answer.reject);
  }

  /** What the tool came to; rejects with the reason of its stop where it was given up. */
  get answer(): Promise<T> {
    return this.#answer.promise;
  }

  /** The tool was told to stop. */
  stopped(reason: unknown): void {
    if (this.#isOver) return;
    this.#timer ??= this.#parts.clock.timer(stopWithinMs, () => {
      this.#giveUp();
      this.#answer.reject(reason);
    });
  }

  #giveUp(): void {
    const permits = this.#parts.permits.quarantine();
    const giveBack = () => permits[Symbol.dispose]();
    this.#parts.answer.then(giveBack, giveBack);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#timer?.[Symbol.dispose]();
  }
}
