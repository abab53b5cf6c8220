import type { Clock } from "../../src/base/clock.ts";

interface Pending {
  atMs: number;
  fire: () => void;
}

/** Time that moves only when a test says so. Timers fire in order of their moment. */
export class ManualClock implements Clock {
  #nowMs = 0;
  #wallOffsetMs = Date.UTC(2026, 0, 1);
  readonly #pending = new Set<Pending>();

  wallMs(): number {
    return this.#wallOffsetMs + this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  timer(delayMs: number, fire: () => void): Disposable {
    const pending = { atMs: this.#nowMs + Math.max(0, delayMs), fire };
    this.#pending.add(pending);
    return { [Symbol.dispose]: () => void this.#pending.delete(pending) };
  }

  /** Timers that wait; a test that expects none can say so. */
  get waiting(): number {
    return this.#pending.size;
  }

  /** Moves time on, firing what falls due, and lets promise callbacks run in between. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const due = [...this.#pending].filter((timer) => timer.atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#pending.delete(due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.fire();
      await new Promise(setImmediate);
    }
    this.#nowMs = untilMs;
    await new Promise(setImmediate);
  }

  /** The wall clock jumps; monotonic time does not notice. */
  jumpWall(ms: number): void {
    this.#wallOffsetMs += ms;
  }
}
