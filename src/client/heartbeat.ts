import type { Timers } from "./socket.ts";

/** A network that carries less than this is dead for us. */
const leastBytesPerSecond = 16 * 1024;
/** Half heartbeats without a frame after which the server is dead. */
const mostQuietTicks = 4;
/** A timer this late means that we slept, not that the server was silent. */
const lateMs = 5000;

/**
 * Notices a dead server: after one heartbeat without a frame it asks, after two the server is dead. It asks
 * in JSON because a page is not shown the protocol's own pings, nor how much of a frame has come: a long one that the
 * server has announced may take its time.
 */
export class Heartbeat implements Disposable {
  readonly #parts: { timers: Timers; heartbeatMs: number; ping: () => void; onDead: () => void };
  readonly #tickMs: number;
  #heard = false;
  #quietTicks = 0;
  #mayBeQuietTicks = mostQuietTicks;
  #dueMs = 0;
  #timer: Disposable | undefined;

  constructor(parts: { timers: Timers; heartbeatMs: number; ping: () => void; onDead: () => void }) {
    this.#parts = parts;
    this.#tickMs = parts.heartbeatMs / 2;
    this.#arm();
  }

  /** A frame came. Costs nothing, so that every frame can say it. */
  heard(): void {
    this.#heard = true;
    this.#mayBeQuietTicks = mostQuietTicks;
  }

  /** The next frame is so long: until it is there, nothing else can be heard. */
  expects(bytes: number): void {
    const ms = (bytes / leastBytesPerSecond) * 1000;
    this.#mayBeQuietTicks = mostQuietTicks + Math.ceil(ms / this.#tickMs);
  }

  #arm(): void {
    const { timers } = this.#parts;
    this.#dueMs = timers.monotonicMs() + this.#tickMs;
    this.#timer = timers.timer(this.#tickMs, () => this.#tick());
  }

  #tick(): void {
    const isLate = this.#parts.timers.monotonicMs() - this.#dueMs > lateMs;
    this.#quietTicks = this.#heard ? 0 : this.#quietTicks + 1;
    this.#heard = false;
    // What came meanwhile is still to be read.
    if (isLate) this.#quietTicks = Math.min(this.#quietTicks, 2);
    if (this.#quietTicks >= this.#mayBeQuietTicks) {
      this.#parts.onDead();
      return;
    }
    if (this.#quietTicks >= 2) this.#parts.ping();
    this.#arm();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }
}
