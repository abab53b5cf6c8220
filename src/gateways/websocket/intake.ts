import { Disposal } from "../../base/disposal.ts";
import { Fault } from "../../protocol/fault.ts";
import { isMethod, methods } from "../../protocol/methods.ts";
import type { Pump } from "./pump.ts";
import type { Wire } from "./wire.ts";

const maxRunning = 256;
const maxRunningBytes = 4 * 1024 * 1024;
const maxBacklog = 1024;
const maxBacklogBytes = 1024 * 1024;
const maxWaits = 1024;
const maxInputsOfCall = 256;
const maxInputBytes = 4 * 1024 * 1024;
const inputRetryMs = 100;

/** A request as far as its place depends on it. */
export interface Entrant {
  method: string;
  params?: unknown;
}

/**
 * How much of a client is in hand: requests that run, and answers it has not taken. Beyond the limit its
 * socket is not read, so a flood waits in the client's own memory. Waits for a call's end and input that a
 * command does not read are counted apart, and refused beyond their limits: they are long and must not hold
 * back what would end them.
 */
export class Intake {
  readonly #wire: Wire;
  readonly #pump: Pump;
  #running = 0;
  #runningBytes = 0;
  #waits = 0;
  /** Pending inputs by call. */
  #inputs: Map<string, number> | undefined;
  #inputBytes = 0;
  #isPaused = false;

  constructor(parts: { wire: Wire; pump: Pump }) {
    this.#wire = parts.wire;
    this.#pump = parts.pump;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** A place for a request until it is disposed; refuses with `session.limit` or `process.input-full`. */
  enter(request: Entrant, bytes: number): Disposable {
    const waits = isMethod(request.method) ? methods[request.method].waits : "no";
    if (waits === "for-end") return this.#wait();
    if (waits === "for-reader") return this.#input(callOf(request), bytes);
    this.#running += 1;
    this.#runningBytes += bytes;
    this.check();
    return this.#place(() => {
      this.#running -= 1;
      this.#runningBytes -= bytes;
    });
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

  #wait(): Disposable {
    if (this.#waits >= maxWaits)
      throw new Fault("session.limit", `Cannot wait for another call: ${maxWaits} waits are open, expected fewer`);
    this.#waits += 1;
    return this.#place(() => {
      this.#waits -= 1;
    });
  }

  #input(call: string, bytes: number): Disposable {
    this.#inputs ??= new Map();
    const inputs = this.#inputs;
    const pending = inputs.get(call) ?? 0;
    if (pending >= maxInputsOfCall || this.#inputBytes + bytes > maxInputBytes) throw inputFull(pending, bytes);
    inputs.set(call, pending + 1);
    this.#inputBytes += bytes;
    return this.#place(() => {
      const left = (inputs.get(call) ?? 1) - 1;
      if (left === 0) inputs.delete(call);
      else inputs.set(call, left);
      this.#inputBytes -= bytes;
    });
  }

  #place(leave: () => void): Disposable {
    return new Disposal(() => {
      leave();
      this.check();
    });
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

/** What names no call is refused soon: such requests share a place. */
function callOf({ params }: Entrant): string {
  const call = typeof params === "object" && params !== null && "call" in params ? params.call : undefined;
  return typeof call === "string" ? call.slice(0, 64) : "";
}

function inputFull(pending: number, bytes: number): Fault {
  return new Fault(
    "process.input-full",
    `Cannot take ${bytes} bytes of input: ${pending} inputs of this call wait to be read, expected fewer`,
    { facts: { pending, bytes, maxInputsOfCall, maxInputBytes }, retryAfterMs: inputRetryMs },
  );
}
