import type { Clock } from "../../base/clock.ts";
import { exponentialBackoffMs } from "../../base/exponential-backoff.ts";

interface Source {
  failures: number;
  lastMs: number;
}

const free = 5;
const delay = { firstMs: 1000, longestMs: 60_000 };
const forgottenAfterMs = 15 * 60_000;
const maxSources = 10_000;

/**
 * Failed attempts by the address they came from. Five are free, then each doubles the delay that is asked
 * for, up to a minute; a quarter of an hour without one forgets. It never says no to a valid credential:
 * it is asked only about those that failed.
 */
export class SlowDown {
  readonly #clock: Clock;
  /** In order of the last failure; the eldest goes first. */
  readonly #sources = new Map<string, Source>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a failure; answers how long its source is to wait, 0 while it is free. */
  failed(address: string): number {
    const nowMs = this.#clock.monotonicMs();
    this.#forget(nowMs);
    const source = sourceOf(address);
    const failures = (this.#sources.get(source)?.failures ?? 0) + 1;
    this.#sources.delete(source);
    this.#sources.set(source, { failures, lastMs: nowMs });
    return failures <= free ? 0 : exponentialBackoffMs(failures - free, delay);
  }

  /** How many sources are remembered. */
  get size(): number {
    return this.#sources.size;
  }

  #forget(nowMs: number): void {
    for (const [source, { lastMs }] of this.#sources) {
      if (this.#sources.size < maxSources && nowMs - lastMs < forgottenAfterMs) return;
      this.#sources.delete(source);
    }
  }
}

/** One host may own a whole /64 of IPv6 addresses: they count as one. */
function sourceOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(":")) return address;
  const [front = "", back] = address.split("::");
  const head = front === "" ? [] : front.split(":");
  const tail = back === undefined || back === "" ? [] : back.split(":");
  const zeros = back === undefined ? 0 : Math.max(0, 8 - head.length - tail.length);
  const groups = [...head, ...Array<string>(zeros).fill("0"), ...tail].slice(0, 4);
  return groups.map((group) => Number.parseInt(group, 16)).join(":");
}
