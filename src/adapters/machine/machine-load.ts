import { totalmem } from "node:os";
import { type ELDHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import type { Clock } from "../../base/clock.ts";
import { Disposal } from "../../base/disposal.ts";
import type { Load } from "../../core/admission/pressure.ts";
import { containerMemory } from "./memory-limit.ts";

const resolutionMs = 10;
/** A loop that is busy less than this is not what its lateness comes from. */
const busyShare = 0.5;
/** Two windows, each begun anew when the other is half full: the older one holds the last 2.5 to 5 s. */
const turnMs = 2500;

/** The load of this process and of the container or machine that it runs in. */
export class MachineLoad implements Disposable {
  readonly #clock: Clock;
  readonly #root: string;
  readonly #heap: () => number;
  #older = monitor();
  #newer = monitor();
  #turnedAtMs: number;
  #used = performance.eventLoopUtilization();
  #knownCauses = 0;

  /** `root` is where `/proc` and `/sys` are, `heap` how much of what it may hold the engine's heap holds: 0 to 1. */
  constructor(parts: { clock: Clock; root?: string; heap?: () => number }) {
    this.#clock = parts.clock;
    this.#root = parts.root ?? "/";
    this.#heap = parts.heap ?? heapShare;
    this.#turnedAtMs = this.#clock.monotonicMs();
  }

  /**
   * Against the container's limit where it has one, otherwise this process against the machine; the heap against its own
   * limit where that is nearer.
   */
  read(): Load & { memoryBytes: number } {
    const machineBytes = totalmem();
    const container = containerMemory(this.#root, machineBytes);
    const memoryBytes = container?.usedBytes ?? process.memoryUsage.rss();
    const memoryShare = Math.max(this.#heap(), memoryBytes / (container?.limitBytes ?? machineBytes));
    return { memoryShare, eventLoopP99Ms: this.#eventLoopP99Ms(), memoryBytes };
  }

  /** While it is held, and of that time, lateness counts for nothing: it is known what the loop is late with, and that it passes. */
  lateForAReason(): Disposable {
    this.#knownCauses += 1;
    return new Disposal(() => {
      this.#knownCauses -= 1;
      this.#older.reset();
      this.#newer.reset();
    });
  }

  #eventLoopP99Ms(): number {
    if (this.#knownCauses > 0) return 0;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#turnedAtMs >= turnMs) {
      this.#turnedAtMs = nowMs;
      this.#older.reset();
      [this.#older, this.#newer] = [this.#newer, this.#older];
    }
    // A loop that is late though it has little to do is late because of its neighbours: doing less would not help.
    if (this.#utilisation() < busyShare) return 0;
    // What is measured is the time between two looks; what is asked for is by how much it was too long.
    return Math.max(0, this.#older.percentile(99) / 1e6 - resolutionMs);
  }

  /** The share of the time since the last reading in which the loop had something to do. */
  #utilisation(): number {
    const used = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(used, this.#used);
    this.#used = used;
    return utilization;
  }

  [Symbol.dispose](): void {
    this.#older.disable();
    this.#newer.disable();
  }
}

/** At its limit the engine ends the process, however much memory the machine has. */
function heapShare(): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used / limit;
}

function monitor(): ELDHistogram {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  return histogram;
}
