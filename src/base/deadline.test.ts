import fc from "fast-check";
import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { stoppedBy } from "./abort.ts";
import type { Clock } from "./clock.ts";
import { Deadline } from "./deadline.ts";

test("it aborts its signal when its time is over, and not before", async () => {
  const clock = new ManualClock();
  using deadline = new Deadline(clock, 1000);
  await clock.advance(999);
  expect([deadline.signal.aborted, deadline.leftMs]).toEqual([false, 1]);
  await clock.advance(1);
  expect([stoppedBy(deadline.signal), deadline.leftMs]).toEqual(["deadline", 0]);
});

test("while it is stopped no time passes, and it goes on with what was left", async () => {
  const clock = new ManualClock();
  using deadline = new Deadline(clock, 1000);
  await clock.advance(400);
  deadline.stop();
  deadline.stop();
  await clock.advance(5000);
  expect(deadline.leftMs).toBe(600);
  deadline.go();
  deadline.go();
  await clock.advance(599);
  expect(deadline.signal.aborted).toBe(false);
  await clock.advance(1);
  expect(deadline.signal.aborted).toBe(true);
});

test("a wall clock that jumps moves no deadline", async () => {
  const clock = new ManualClock();
  using deadline = new Deadline(clock, 1000);
  clock.jumpWall(1e9);
  await clock.advance(999);
  expect(deadline.signal.aborted).toBe(false);
});

test("none is one that never comes, and it needs no timer", async () => {
  const clock = new ManualClock();
  using deadline = new Deadline(clock, Number.POSITIVE_INFINITY);
  expect(clock.waiting).toBe(0);
  await clock.advance(1e12);
  deadline.stop();
  deadline.go();
  expect([deadline.signal.aborted, deadline.leftMs]).toEqual([false, Number.POSITIVE_INFINITY]);
});

test("a timer that fires early, or cannot wait so long, ends nothing", async () => {
  const clock = new ManualClock();
  const hasty: Clock = {
    wallMs: () => clock.wallMs(),
    monotonicMs: () => clock.monotonicMs(),
    timer: (delayMs, fire) => clock.timer(Math.min(delayMs, 300), fire),
  };
  using deadline = new Deadline(hasty, 1000);
  await clock.advance(999);
  expect(deadline.signal.aborted).toBe(false);
  await clock.advance(1);
  expect(deadline.signal.aborted).toBe(true);
});

test("one that is disposed leaves no timer and never fires", async () => {
  const clock = new ManualClock();
  const deadline = new Deadline(clock, 10);
  deadline[Symbol.dispose]();
  expect(clock.waiting).toBe(0);
  await clock.advance(1000);
  expect(deadline.signal.aborted).toBe(false);
});

test("whatever the pauses, it ends after exactly the time that it was not stopped", async () => {
  const stretch = fc.record({ ms: fc.nat(500), runs: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(stretch, { maxLength: 12 }), async (stretches) => {
      const clock = new ManualClock();
      using deadline = new Deadline(clock, 1000);
      let ranMs = 0;
      for (const { ms, runs } of stretches) {
        if (runs) deadline.go();
        else deadline.stop();
        await clock.advance(ms);
        if (runs) ranMs += ms;
        expect(deadline.signal.aborted).toBe(ranMs >= 1000);
        expect(deadline.leftMs).toBe(Math.max(0, 1000 - ranMs));
      }
    }),
  );
});
