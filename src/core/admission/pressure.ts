import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../protocol/fault.ts";

/** What the machine carries. */
export interface Load {
  /** Memory in use, of what there is: 0 to 1. */
  memoryShare: number;
  /** How late the event loop was, 99th percentile of the last seconds. */
  eventLoopP99Ms: number;
}

export type Level = "normal" | "high" | "critical";

/** A level begins where one of its numbers is reached, and ends only when all are below those of `leave`. */
const thresholds: Record<"high" | "critical", { enter: Load; leave: Load }> = {
  high: { enter: { memoryShare: 0.75, eventLoopP99Ms: 100 }, leave: { memoryShare: 0.7, eventLoopP99Ms: 80 } },
  critical: { enter: { memoryShare: 0.85, eventLoopP99Ms: 250 }, leave: { memoryShare: 0.8, eventLoopP99Ms: 200 } },
};

const sampleMs = 1000;
const retryAfterMs = 5000;

/** The level that follows `level` under this load. It rises at once and falls later than it rose, so it does not flutter. */
export function levelAfter(level: Level, load: Load): Level {
  if (reaches(load, level === "critical" ? thresholds.critical.leave : thresholds.critical.enter)) return "critical";
  if (reaches(load, level === "normal" ? thresholds.high.enter : thresholds.high.leave)) return "high";
  return "normal";
}

function reaches(load: Load, threshold: Load): boolean {
  return load.memoryShare >= threshold.memoryShare || load.eventLoopP99Ms >= threshold.eventLoopP99Ms;
}

/** Watches the load once a second: caches shrink first, then new calls are refused; what runs goes on. */
export class Pressure implements Disposable {
  readonly #clock: Clock;
  readonly #read: () => Load;
  readonly #onHigh: () => void;
  #timer: Disposable;
  #load: Load = { memoryShare: 0, eventLoopP99Ms: 0 };
  #level: Level = "normal";

  /** `onHigh` is told at every sample that is not normal; it makes caches smaller. */
  constructor(parts: { clock: Clock; read: () => Load; onHigh: () => void }) {
    this.#clock = parts.clock;
    this.#read = parts.read;
    this.#onHigh = parts.onHigh;
    this.#timer = this.#next();
  }

  get level(): Level {
    return this.#level;
  }

  /** New calls pass here; control, reads, resumes and children of running calls do not. Refuses with `admission.overloaded`. */
  refuseNew(): void {
    if (this.#level !== "critical") return;
    const percent = Math.round(this.#load.memoryShare * 100);
    const lateMs = Math.round(this.#load.eventLoopP99Ms);
    throw new Fault(
      "admission.overloaded",
      `Cannot start the call: memory is at ${percent} % and the event loop ${lateMs} ms late, expected less load`,
      { facts: { memoryPercent: percent, eventLoopP99Ms: lateMs }, retryAfterMs },
    );
  }

  #next(): Disposable {
    return this.#clock.timer(sampleMs, () => {
      this.#timer = this.#next();
      this.#load = this.#read();
      this.#level = levelAfter(this.#level, this.#load);
      if (this.#level !== "normal") this.#onHigh();
    });
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
  }
}
