import { expect, test } from "vitest";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { IdleMemory, type Idleness } from "./idle-memory.ts";

const MB = 1_000_000;

function watched(first: Idleness) {
  const clock = new ManualClock();
  const seen = { now: first, collections: 0 };
  const collect = () => {
    seen.collections += 1;
    seen.now = { ...seen.now, heapBytes: 30 * MB };
  };
  return { clock, seen, memory: new IdleMemory({ clock, read: () => seen.now, collect }) };
}

test("a heap that grew is given back once the work is over, and once only", async () => {
  const { clock, seen, memory } = watched({ busyShare: 0, heapBytes: 30 * MB });
  using _memory = memory;
  seen.now = { busyShare: 0.7, heapBytes: 90 * MB };
  await clock.advance(60_000);
  expect(seen.collections).toBe(0);
  seen.now = { busyShare: 0.001, heapBytes: 90 * MB };
  await clock.advance(60_000);
  expect(seen.collections).toBe(1);
});

test("a pause between two bursts of work collects nothing", async () => {
  const { clock, seen, memory } = watched({ busyShare: 0, heapBytes: 30 * MB });
  using _memory = memory;
  for (let burst = 0; burst < 6; burst++) {
    seen.now = { busyShare: 0.9, heapBytes: 90 * MB };
    await clock.advance(2000);
    seen.now = { busyShare: 0, heapBytes: 90 * MB };
    await clock.advance(8000);
  }
  expect(seen.collections).toBe(0);
  await clock.advance(2000);
  expect(seen.collections).toBe(1);
});

test("what stays in use after a collection is not collected for again", async () => {
  const { clock, seen, memory } = watched({ busyShare: 0, heapBytes: 20 * MB });
  using _memory = memory;
  seen.now = { busyShare: 0, heapBytes: 60 * MB };
  await clock.advance(60_000);
  expect(seen.collections).toBe(1);
});

test("light work that leaves little behind is not stopped more than once in half a minute", async () => {
  const { clock, seen, memory } = watched({ busyShare: 0, heapBytes: 30 * MB });
  using _memory = memory;
  for (let second = 0; second < 60; second++) {
    seen.now = { busyShare: 0.1, heapBytes: 60 * MB };
    await clock.advance(1000);
  }
  expect(seen.collections).toBe(2);
});

test("a heap so large that collecting it would be felt is left to the engine", async () => {
  const { clock, seen, memory } = watched({ busyShare: 0, heapBytes: 30 * MB });
  using _memory = memory;
  seen.now = { busyShare: 0, heapBytes: 400 * MB };
  await clock.advance(60_000);
  expect(seen.collections).toBe(0);
});

test("nothing is looked at once it is disposed", () => {
  const { clock, memory } = watched({ busyShare: 0, heapBytes: 30 * MB });
  memory[Symbol.dispose]();
  expect(clock.waiting).toBe(0);
});
