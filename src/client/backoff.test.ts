import fc from "fast-check";
import { expect, test } from "vitest";
import { delayMs, failed, noFailures } from "./backoff.ts";

const chance = fc.double({ min: 0, max: 1, noNaN: true });

test("a client comes back at first within 250 ms, later within 30 s, and never before it was asked to", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), chance, fc.nat(60_000), (failures, luck, retryAfterMs) => {
      const delay = delayMs({ failures }, luck, retryAfterMs);
      expect(delay).toBeGreaterThanOrEqual(retryAfterMs);
      expect(delay).toBeLessThanOrEqual(retryAfterMs + (failures === 1 ? 250 : 30_000));
    }),
  );
});

test("each failure doubles the longest delay up to 30 s; 10 s of health forgive all before", () => {
  let backoff = noFailures;
  const ceilings = Array.from({ length: 9 }, () => {
    backoff = failed(backoff, 0);
    return delayMs(backoff, 1);
  });
  expect(ceilings).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  expect(delayMs(failed(backoff, 9999), 1)).toBe(30_000);
  expect(delayMs(failed(backoff, 10_000), 1)).toBe(250);
});
