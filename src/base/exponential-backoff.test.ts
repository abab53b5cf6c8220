import { expect, test } from "vitest";
import { exponentialBackoffMs } from "./exponential-backoff.ts";

test("each failure doubles the wait, up to the longest, however many there are", () => {
  const wait = { firstMs: 50, longestMs: 300 };
  expect([1, 2, 3, 4, 5000].map((failures) => exponentialBackoffMs(failures, wait))).toEqual([50, 100, 200, 300, 300]);
});
