import { expect, test } from "vitest";
import { ReferenceCounts } from "./reference-counts.ts";

test("what is held is counted until the last one lets go, and one that lets go twice counts once", () => {
  const counts = new ReferenceCounts<string>();
  const first = counts.hold("a");
  const second = counts.hold("a");
  using _other = counts.hold("b");
  expect([counts.of("a"), counts.of("b"), counts.of("c"), counts.all]).toEqual([2, 1, 0, 3]);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  expect([counts.of("a"), counts.all]).toEqual([1, 2]);
  second[Symbol.dispose]();
  expect([counts.of("a"), counts.all]).toEqual([0, 1]);
});
