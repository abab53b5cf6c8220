import { expect, test } from "vitest";
import { shownToSeats } from "./shown.ts";

const sha256 = "0";
const whole = { path: "a.ts", sha256, from: 1, to: 90 };
const image = { path: "b.png", sha256 };
const missing = { path: "a.ts", sha256, why: "no-room" as const, from: 31, to: 90 };
const wide = { shown: [whole, image], omitted: { turns: 0, files: [] }, changed: [] };
const narrow = {
  shown: [{ ...whole, to: 30 }],
  omitted: { turns: 2, files: [missing] },
  changed: [{ path: "c.ts", was: "1" }],
};

test("of each file the most that a seat was shown is told, and what the narrowest lacked, whoever comes first", () => {
  const all = { files: [whole, image], omitted: narrow.omitted, changed: narrow.changed };
  for (const told of [
    [wide, narrow],
    [narrow, wide, narrow],
  ])
    expect(shownToSeats(told)).toEqual(all);
});

test("where nothing was shown, nothing is told", () => {
  expect(shownToSeats([])).toEqual({ files: [], changed: [] });
});
