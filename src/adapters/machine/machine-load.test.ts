import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";
import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { MachineLoad } from "./machine-load.ts";

test("without a container's limit it is this process against the machine", () => {
  using load = new MachineLoad({ clock: new ManualClock(), root: "/nowhere", heap: () => 0 });
  const { memoryBytes, memoryShare } = load.read();
  expect(memoryBytes).toBeGreaterThan(10_000_000);
  expect(memoryShare).toBeCloseTo(memoryBytes / totalmem(), 10);
});

promise("share.pressure", "a heap that is near its own limit counts, however much the machine has left", () => {
  using load = new MachineLoad({ clock: new ManualClock(), root: "/nowhere", heap: () => 0.9 });
  expect(load.read().memoryShare).toBe(0.9);
  using real = new MachineLoad({ clock: new ManualClock(), root: "/nowhere" });
  const { used_heap_size, heap_size_limit } = getHeapStatistics();
  expect(real.read().memoryShare).toBeGreaterThan((used_heap_size / heap_size_limit) * 0.5);
});

test("a blocked event loop is seen, and forgotten once it is long ago", async () => {
  const clock = new ManualClock();
  using load = new MachineLoad({ clock });
  const seen = () => load.read().eventLoopP99Ms;
  while (seen() < 200) {
    block(300);
    await new Promise(setImmediate);
  }
  for (let window = 0; window < 2; window += 1) {
    await clock.advance(2500);
    seen();
  }
  expect(seen()).toBeLessThan(200);
});

test("what the loop is known to be late with counts for nothing, also once it is over", async () => {
  const clock = new ManualClock();
  using load = new MachineLoad({ clock });
  const late = load.lateForAReason();
  block(400);
  await new Promise(setImmediate);
  expect(load.read().eventLoopP99Ms).toBe(0);
  late[Symbol.dispose]();
  expect(load.read().eventLoopP99Ms).toBeLessThan(250);
});

function block(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}
