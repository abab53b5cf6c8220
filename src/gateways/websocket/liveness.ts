import type { Clock } from "../../base/clock.ts";

/** What a visit sees of a connection. */
export interface Pulse {
  /** Grows with every byte that came. */
  readonly received: number;
  /** Grows with every byte the kernel took. */
  readonly taken: number;
  readonly unsent: number;
  /** False while we do not read on purpose: silence says nothing then. */
  readonly reads: boolean;
}

/** What is remembered between visits. */
export interface Health {
  readonly received: number;
  readonly heardAtMs: number;
  readonly pingedAtMs: number;
  readonly taken: number;
  readonly movedAtMs: number;
}

export type Verdict = "fine" | "ping" | "lost" | "stalled";

export function newHealth(nowMs: number): Health {
  return { received: 0, heardAtMs: nowMs, pingedAtMs: nowMs, taken: 0, movedAtMs: nowMs };
}

/** Slow is legal, dead is not: dead is who sends no byte, or takes none that waits, for two heartbeats. */
export function judge(
  health: Health,
  pulse: Pulse,
  time: { nowMs: number; heartbeatMs: number },
): { health: Health; verdict: Verdict } {
  const { nowMs, heartbeatMs } = time;
  const heard = pulse.received !== health.received || !pulse.reads;
  const moved = pulse.unsent === 0 || pulse.taken !== health.taken;
  const next = {
    ...health,
    received: pulse.received,
    taken: pulse.taken,
    heardAtMs: heard ? nowMs : health.heardAtMs,
    movedAtMs: moved ? nowMs : health.movedAtMs,
  };
  if (nowMs - next.movedAtMs >= 2 * heartbeatMs) return { health: next, verdict: "stalled" };
  if (nowMs - next.heardAtMs >= 2 * heartbeatMs) return { health: next, verdict: "lost" };
  const quietSinceMs = Math.max(next.heardAtMs, next.pingedAtMs);
  if (nowMs - quietSinceMs < heartbeatMs) return { health: next, verdict: "fine" };
  return { health: { ...next, pingedAtMs: nowMs }, verdict: "ping" };
}

/** What is visited. */
export interface Patient {
  pulse(): Pulse;
  act(verdict: Exclude<Verdict, "fine">): void;
}

/** One look at everybody takes this long, in steps, so that no step is long however many there are. */
const roundMs = 1000;
const steps = 20;
const stepMs = roundMs / steps;
/** An event loop this late has not read what its clients sent meanwhile. */
const lateMs = 1000;

/** Visits every connection once a second over one timer, which runs only while there are any. */
export class Liveness implements Disposable {
  readonly #clock: Clock;
  readonly #heartbeatMs: number;
  /** In order of their next visit. */
  readonly #patients = new Map<Patient, Health>();
  #timer: Disposable | undefined;
  #dueMs = 0;
  #excusedUntilMs = 0;
  /** What is left over when a step's share is no whole number. */
  #carry = 0;

  constructor(parts: { clock: Clock; heartbeatMs: number }) {
    this.#clock = parts.clock;
    this.#heartbeatMs = parts.heartbeatMs;
  }

  /** Disposing ends the visits. */
  watch(patient: Patient): Disposable {
    this.#patients.set(patient, newHealth(this.#clock.monotonicMs()));
    if (this.#timer === undefined) this.#arm();
    return {
      [Symbol.dispose]: () => {
        this.#patients.delete(patient);
        if (this.#patients.size === 0) this[Symbol.dispose]();
      },
    };
  }

  #arm(): void {
    this.#dueMs = this.#clock.monotonicMs() + stepMs;
    this.#timer = this.#clock.timer(stepMs, () => this.#step());
  }

  #step(): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#dueMs > lateMs) this.#excusedUntilMs = nowMs + roundMs;
    this.#carry += this.#patients.size / steps;
    const visits = Math.floor(this.#carry);
    this.#carry -= visits;
    for (const [patient, health] of [...take(this.#patients, visits)]) this.#visit(patient, health, nowMs);
    if (this.#patients.size > 0) this.#arm();
  }

  #visit(patient: Patient, health: Health, nowMs: number): void {
    const { health: next, verdict } = judge(health, patient.pulse(), { nowMs, heartbeatMs: this.#heartbeatMs });
    const isExcused = nowMs < this.#excusedUntilMs && verdict !== "ping";
    this.#patients.delete(patient);
    this.#patients.set(patient, next);
    if (verdict !== "fine" && !isExcused) patient.act(verdict);
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }
}

function* take<T>(all: Iterable<T>, count: number): Generator<T> {
  let left = count;
  for (const one of all) {
    if (left === 0) return;
    left -= 1;
    yield one;
  }
}
