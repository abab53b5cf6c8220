import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { orLate, orLateOrAborted } from "./or-late.ts";

const never = new Promise<string>(() => {});

test("what comes in time is passed on, and no timer stays behind", async () => {
  const clock = new ManualClock();
  expect(await orLate(Promise.resolve("answer"), { clock, afterMs: 100 })).toBe("answer");
  await expect(orLate(Promise.reject(new Error("no")), { clock, afterMs: 100 })).rejects.toThrow("no");
  expect(clock.waiting).toBe(0);
});

test("nobody waits longer than said", async () => {
  const clock = new ManualClock();
  const { signal } = new AbortController();
  const waits = [orLate(never, { clock, afterMs: 100 }), orLateOrAborted(never, { clock, afterMs: 100 }, signal)];
  await clock.advance(100);
  expect(await Promise.all(waits)).toEqual([undefined, undefined]);
  expect(clock.waiting).toBe(0);
});

test("a wait that is given up rejects with the signal's reason and leaves no timer", async () => {
  const clock = new ManualClock();
  const caller = new AbortController();
  const wait = orLateOrAborted(never, { clock, afterMs: 100 }, caller.signal);
  caller.abort(new Error("gone"));
  await expect(wait).rejects.toThrow("gone");
  await expect(orLateOrAborted(never, { clock, afterMs: 100 }, caller.signal)).rejects.toThrow("gone");
  expect(clock.waiting).toBe(0);
});
