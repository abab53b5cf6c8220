import { mebibyte } from "../memory-of.ts";

/** What a daemon holds at one moment of a soak. */
export interface Sample {
  /** Calls that had ended. */
  calls: number;
  seconds: number;
  /** What lives on the heap. */
  heapBytes: number;
  memoryBytes: number;
  /** Files, sockets and pipes that it has open. */
  handles: number;
}

/** A heap may breathe so much; whichever is more. */
const breathShare = 0.05;
const breathBytes = 4 * mebibyte;
/** Handles of one command more or less. */
const breathHandles = 8;
/** Caches fill before that, and code is compiled. */
const warmShare = 1 / 3;

export interface Drift {
  heapBytes: number;
  /** Of the heap at first. */
  heapShare: number;
  handles: number;
  /** Why this is a leak; nothing where it is none. */
  leaks: string[];
}

/**
 * From the middle third of a soak to its last: what only grows is a leak. The heap is taken at its fullest,
 * because under pressure the daemon lets go of what it keeps at hand. Refuses where there is too little to compare.
 */
export function driftOf(samples: readonly Sample[]): Drift {
  const warm = Math.ceil(samples.length * warmShare);
  const half = warm + Math.floor((samples.length - warm) / 2);
  const [early, late] = [samples.slice(warm, half), samples.slice(half)];
  if (early.length < 2) throw new Error(`Cannot tell a drift from ${samples.length} samples, expected 6 at least`);
  const heapBefore = Math.max(...early.map((sample) => sample.heapBytes));
  const heapBytes = Math.max(...late.map((sample) => sample.heapBytes)) - heapBefore;
  const handles = median(late.map((sample) => sample.handles)) - median(early.map((sample) => sample.handles));
  const leaks: string[] = [];
  if (heapBytes > Math.max(breathShare * heapBefore, breathBytes))
    leaks.push(`the heap grew by ${(heapBytes / mebibyte).toFixed(1)} MB`);
  if (handles > breathHandles) leaks.push(`${handles} handles more are open`);
  return { heapBytes, heapShare: heapBytes / heapBefore, handles, leaks };
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
