import type { Clock } from "../../base/clock.ts";
import { collectGarbage } from "./collect-garbage.ts";

const lookMs = 1000;
/** Many idle connections keep a loop that busy; work keeps it busier. */
const restingShare = 0.2;
/** Less than this is not worth stopping for, nor is a smaller part of the heap. */
const worthBytes = 6_000_000;
const worthShare = 1 / 4;
/** A pause between two bursts of work is no rest: what the engine has made fast is made anew after a collection. */
const restLooks = 10;
/** Light work must not be stopped again and again for the little that it leaves behind. */
const pauseMs = 30_000;
/** A larger heap would stop the loop for longer than a call that comes just then should wait. */
const largestHeapBytes = 256_000_000;

export interface Idleness {
  /** How much of the time since the last look the loop was busy, 0 to 1. */
  busyShare: number;
  /** What the heap holds of the machine's memory, used or not. */
  heapBytes: number;
}

/**
 * Gives a heap back that has grown and is not used any more: an engine with nothing to do collects nothing by
 * itself, so that a daemon would keep what its busiest minute had needed for as long as it is idle.
 */
export class IdleMemory implements Disposable {
  readonly #parts: { clock: Clock; read: () => Idleness; collect: () => void };
  #timer: Disposable;
  #leastBytes: number;
  /** Looks in a row that found nothing to do. */
  #rested = 0;
  #collectedAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: { clock: Clock; read?: () => Idleness; collect?: () => void }) {
    this.#parts = { read: idlenessOfThisProcess(), collect: collectGarbage, ...parts };
    this.#leastBytes = this.#parts.read().heapBytes;
    this.#timer = this.#next();
  }

  #next(): Disposable {
    return this.#parts.clock.timer(lookMs, () => {
      this.#look();
      this.#timer = this.#next();
    });
  }

  #look(): void {
    const { clock, read, collect } = this.#parts;
    const idleness = read();
    this.#leastBytes = Math.min(this.#leastBytes, idleness.heapBytes);
    this.#rested = idleness.busyShare > restingShare ? 0 : this.#rested + 1;
    if (this.#rested < restLooks) return;
    const nowMs = clock.monotonicMs();
    if (nowMs - this.#collectedAtMs < pauseMs || !this.#isWorth(idleness)) return;
    collect();
    this.#collectedAtMs = nowMs;
    this.#leastBytes = read().heapBytes;
  }

  #isWorth({ heapBytes }: Idleness): boolean {
    if (heapBytes > largestHeapBytes) return false;
    return heapBytes - this.#leastBytes >= Math.max(worthBytes, heapBytes * worthShare);
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
  }
}

function idlenessOfThisProcess(): () => Idleness {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return { busyShare: utilization, heapBytes: process.memoryUsage().heapTotal };
  };
}
