import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { promise } from "../../test/promise.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { Cancelled } from "./abort.ts";
import { SystemClock, sleep } from "./clock.ts";

test("a sleep ends after its time", async () => {
  const clock = new ManualClock();
  let isOver = false;
  const sleeping = sleep(clock, 100, new AbortController().signal).then(() => {
    isOver = true;
  });
  await clock.advance(99);
  expect(isOver).toBe(false);
  await clock.advance(1);
  await sleeping;
  expect(isOver).toBe(true);
});

promise(
  "leak.handle",
  "a sleep that is aborted rejects with the signal's reason and leaves no timer or listener",
  async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const reason = new Cancelled("caller");
    const sleeping = sleep(clock, 100, controller.signal);
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(sleep(clock, 100, controller.signal)).rejects.toBe(reason);
    expect(clock.waiting).toBe(0);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  },
);

test("a timer that waits longer than a timer can does not fire at once", async () => {
  const clock = new SystemClock();
  const fired: string[] = [];
  using _century = clock.timer(2 ** 40, () => fired.push("century"));
  using _never = clock.timer(Number.POSITIVE_INFINITY, () => fired.push("never"));
  await new Promise<void>((resolve) => void clock.timer(5, resolve));
  expect(fired).toEqual([]);
});

test("a timer that is disposed does not fire, one of the past fires at once", async () => {
  const clock = new SystemClock();
  const fired: string[] = [];
  clock.timer(0, () => fired.push("disposed"))[Symbol.dispose]();
  await new Promise<void>((resolve) => void clock.timer(-5, resolve));
  expect(fired).toEqual([]);
});

test("readings of either kind never go back", () => {
  const clock = new SystemClock();
  const readings = Array.from({ length: 1000 }, () => ({ wall: clock.wallMs(), monotonic: clock.monotonicMs() }));
  for (const kind of ["wall", "monotonic"] as const) {
    const values = readings.map((reading) => reading[kind]);
    expect(values.toSorted((a, b) => a - b)).toEqual(values);
  }
});
