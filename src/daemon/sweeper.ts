import type { Clock } from "../base/clock.ts";
import type { CallWatch } from "../core/calls/watch.ts";
import type { Retention } from "../core/store/retention.ts";

const everyMs = 60_000;

/** Sweeps once a minute. A round that fails is told and tried again. */
export class Sweeper implements AsyncDisposable {
  readonly #parts: { retention: Pick<Retention, "sweep">; clock: Clock; watch: CallWatch };
  #timer: Disposable | undefined;
  #round: Promise<void> = Promise.resolve();

  constructor(parts: { retention: Pick<Retention, "sweep">; clock: Clock; watch: CallWatch }) {
    this.#parts = parts;
    this.#next();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    await this.#round;
  }

  #next(): void {
    this.#timer = this.#parts.clock.timer(everyMs, () => {
      this.#round = this.#sweep().finally(() => this.#timer !== undefined && this.#next());
    });
  }

  async #sweep(): Promise<void> {
    try {
      await this.#parts.retention.sweep();
    } catch (error) {
      this.#parts.watch.swallowed("sweep", error);
    }
  }
}
