import { Fault } from "../../protocol/fault.ts";
import type { Pump } from "./pump.ts";
import type { Wire } from "./wire.ts";

const maxRunning = 256;
const maxRunningBytes = 4 * 1024 * 1024;
const maxBacklog = 1024;
const maxBacklogBytes = 1024 * 1024;
const maxWaits = 1024;

/**
 * How much of a client is in hand: requests that run, and answers it has not taken. Beyond the limit its
 * socket is not read, so a flood waits in the client's own memory. Waits for a call's end are counted
 * apart: they are long and must not hold back what would end them.
 */
export class Intake {
  readonly #wire: Wire;
  readonly #pump: Pump;
  #running = 0;
  #runningBytes = 0;
  #waits = 0;
  #isPaused = false;

  constructor(parts: { wire: Wire; pump: Pump }) {
    this.#wire = parts.wire;
    this.#pump = parts.pump;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  begin(method: string, bytes: number): void {
    if (method !== "call.wait") {
      this.#running += 1;
      this.#runningBytes += bytes;
      this.check();
      return;
    }
    if (this.#waits >= maxWaits)
      throw new Fault("session.limit", `Cannot wait for another call: ${maxWaits} waits are open, expected fewer`);
    this.#waits += 1;
  }

  end(method: string, bytes: number): void {
    if (method === "call.wait") this.#waits -= 1;
    else {
      this.#running -= 1;
      this.#runningBytes -= bytes;
    }
    this.check();
  }

  /** Stops reading above the limits; below half of them it goes on. */
  check(): void {
    const load = this.#load();
    if (!this.#isPaused && load >= 1) {
      this.#isPaused = true;
      this.#wire.pause();
    } else if (this.#isPaused && load < 0.5) {
      this.#isPaused = false;
      this.#wire.resume();
    }
  }

  #load(): number {
    const { count, bytes } = this.#pump.backlog;
    return Math.max(
      this.#running / maxRunning,
      this.#runningBytes / maxRunningBytes,
      count / maxBacklog,
      bytes / maxBacklogBytes,
    );
  }
}
