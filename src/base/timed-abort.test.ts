import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { Cancelled, stoppedBy } from "./abort.ts";
import { TimedAbort } from "./timed-abort.ts";

test("it aborts by itself when its time is over, and says so", async () => {
  const clock = new ManualClock();
  using timed = new TimedAbort(new AbortController().signal, { clock, afterMs: 100, by: "limit" });
  await clock.advance(100);
  expect([stoppedBy(timed.signal), timed.isLate]).toEqual(["limit", true]);
});

test("a parent that ends first gives the reason, also after the time", async () => {
  const clock = new ManualClock();
  const parent = new AbortController();
  using timed = new TimedAbort(parent.signal, { clock, afterMs: 100, by: "limit" });
  parent.abort(new Cancelled("shutdown"));
  await clock.advance(100);
  expect([stoppedBy(timed.signal), timed.isLate]).toEqual(["shutdown", false]);
});

test("disposed, it leaves no timer and hears its parent no more", async () => {
  const clock = new ManualClock();
  const parent = new AbortController();
  const timed = new TimedAbort(parent.signal, { clock, afterMs: 100, by: "limit" });
  timed[Symbol.dispose]();
  parent.abort(new Cancelled("caller"));
  expect([timed.signal.aborted, clock.waiting]).toEqual([false, 0]);
});
