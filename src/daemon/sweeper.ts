import type { Clock } from "../base/clock.ts";
import type { CallWatch } from "../core/calls/watch.ts";
import type { Retention } from "../core/store/retention.ts";
import type { Room } from "../core/store/room.ts";

const everyMs = 60_000;
/** Woken again and again it sweeps no more often. */
const soonMs = 1000;

interface SweeperParts {
  retention: Pick<Retention, "sweep">;
  room: Pick<Room, "onPassed">;
  clock: Clock;
  watch: CallWatch;
}

/**
 * Sweeps soon after the start, once a minute, and soon after more is held than may be. A round that fails is told and
 * tried again.
 */
export class Sweeper implements AsyncDisposable {
  readonly #parts: SweeperParts;
  readonly #passed: Disposable;
  #timer: Disposable | undefined;
  #isSweeping = false;
  #isWoken = false;
  #round: Promise<void> = Promise.resolve();

  constructor(parts: SweeperParts) {
    this.#parts = parts;
    this.#passed = parts.room.onPassed(() => this.#wake());
    this.#next(soonMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#passed[Symbol.dispose]();
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    await this.#round;
  }

  /** Does not wait for the minute; a round that runs is followed by another. */
  #wake(): void {
    this.#isWoken = true;
    if (this.#timer === undefined || this.#isSweeping) return;
    this.#timer[Symbol.dispose]();
    this.#next(soonMs);
  }

  #next(inMs: number): void {
    this.#timer = this.#parts.clock.timer(inMs, () => {
      this.#round = this.#sweep().finally(
        () => this.#timer !== undefined && this.#next(this.#isWoken ? soonMs : everyMs),
      );
    });
  }

  async #sweep(): Promise<void> {
    this.#isSweeping = true;
    this.#isWoken = false;
    try {
      await this.#parts.retention.sweep();
    } catch (error) {
      this.#parts.watch.swallowed("sweep", error);
    } finally {
      this.#isSweeping = false;
    }
  }
}
