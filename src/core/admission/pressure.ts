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

/** Shares of the memory, and of the lateness at which new calls are refused. */
interface Threshold {
  memory: number;
  late: number;
}

/** A level begins where one of its shares is reached, and ends only when both are below those of `leave`. */
const thresholds: Record<"high" | "critical", { enter: Threshold; leave: Threshold }> = {
  high: { enter: { memory: 0.75, late: 0.4 }, leave: { memory: 0.7, late: 0.32 } },
  critical: { enter: { memory: 0.85, late: 1 }, leave: { memory: 0.8, late: 0.8 } },
};

const sampleMs = 1000;
const retryAfterMs = 5000;

/**
 * The level that follows `level` under this load, where new calls are refused at `lateMs`. It rises at once and
 * falls later than it rose, so it does not flutter.
 */
export function levelAfter(level: Level, load: Load, lateMs: number): Level {
  const reaches = ({ memory, late }: Threshold) => load.memoryShare >= memory || load.eventLoopP99Ms >= late * lateMs;
  if (reaches(level === "critical" ? thresholds.critical.leave : thresholds.critical.enter)) return "critical";
  if (reaches(level === "normal" ? thresholds.high.enter : thresholds.high.leave)) return "high";
  return "normal";
}

/** Watches the load once a second: caches shrink first, then new calls are refused; what runs goes on. */
export class Pressure implements Disposable {
  readonly #clock: Clock;
  readonly #lateMs: number;
  readonly #read: () => Load;
  readonly #onHigh: () => void;
  #timer: Disposable;
  #load: Load = { memoryShare: 0, eventLoopP99Ms: 0 };
  #level: Level = "normal";

  /** At `lateMs` new calls are refused; `onHigh` is told at every sample that is not normal: it makes caches smaller. */
  constructor(parts: { clock: Clock; lateMs: number; read: () => Load; onHigh: () => void }) {
    this.#clock = parts.clock;
    this.#lateMs = parts.lateMs;
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
      this.#level = levelAfter(this.#level, this.#load, this.#lateMs);
      if (this.#level !== "normal") this.#onHigh();
    });
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
  }
}
