import { expect, test } from "vitest";
import { SystemClock } from "./clock.ts";
import { SortableIds } from "./ids.ts";

test("ids sort in the order they were made, also within a millisecond, and none comes twice", () => {
  const ids = new SortableIds(new SystemClock());
  const made = Array.from({ length: 20_000 }, () => ids.next());
  expect(made.toSorted()).toEqual(made);
  expect(new Set(made).size).toBe(made.length);
});

test("a clock that jumps back does not bring ids back", () => {
  let nowMs = 1_000_000;
  const ids = new SortableIds({ wallMs: () => nowMs, monotonicMs: () => 0, timer: () => ({ [Symbol.dispose]() {} }) });
  const before = ids.next();
  nowMs -= 5000;
  expect(ids.next() > before).toBe(true);
});
