import fc from "fast-check";
import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { Fault } from "../../protocol/fault.ts";
import { mostTries, retryWaitMs } from "./backoff.ts";

const limited = (retryAfterMs?: number) =>
  new Fault("model.limited", "Cannot answer", retryAfterMs === undefined ? {} : { retryAfterMs });
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const tries = fc.integer({ min: 1, max: 10 });
const leftMs = fc.oneof(fc.nat(300_000), fc.constant(Number.POSITIVE_INFINITY));

promise(
  "run.retry-one-layer",
  "a wait is never shorter than the vendor asked for, never beyond the deadline, never after the fourth try",
  () => {
    fc.assert(
      fc.property(tries, leftMs, random, fc.option(fc.nat(200_000)), (count, left, chance, afterMs) => {
        const waitMs = retryWaitMs(limited(afterMs ?? undefined), { tries: count, leftMs: left, random: chance });
        if (waitMs === undefined) return;
        expect(count).toBeLessThan(mostTries);
        expect(waitMs).toBeGreaterThanOrEqual(afterMs ?? 0);
        expect(waitMs).toBeLessThan(left);
      }),
      { includeErrorInReport: true },
    );
  },
);

test("waits double, and chance spreads them", () => {
  const waits = [1, 2, 3].map((count) => retryWaitMs(limited(), { tries: count, leftMs: 60_000, random: 0 }));
  expect(waits).toEqual([250, 500, 1000]);
  expect(retryWaitMs(limited(), { tries: 1, leftMs: 60_000, random: 0.5 })).toBe(375);
});

test("what is not safe, or not of the model's making, is not repeated", () => {
  const now = { tries: 1, leftMs: 60_000, random: 0 };
  expect(retryWaitMs(new Fault("model.refused", "Cannot answer"), now)).toBeUndefined();
  expect(retryWaitMs(new Fault("model.cut", "Cannot answer"), now)).toBeUndefined();
  expect(retryWaitMs(new Fault("store.unavailable", "Cannot write"), now)).toBeUndefined();
});
