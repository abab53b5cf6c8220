import { expect, test } from "vitest";
import { Turnover } from "./turnover.ts";

test("it holds what was set, in that order, until it is deleted", () => {
  const calls = new Turnover<string, number>();
  calls.set("a", 1);
  calls.set("b", 2);
  calls.set("a", 3);
  expect([[...calls.keys()], [...calls.values()], calls.size]).toEqual([["b", "a"], [2, 3], 2]);
  calls.delete("b");
  calls.delete("never there");
  expect([calls.get("b"), calls.has("b"), calls.get("a"), calls.has("a")]).toEqual([undefined, false, 3, true]);
});

test("what is deleted while it is walked through is not met any more", () => {
  const calls = new Turnover<string, number>();
  for (const n of [1, 2, 3, 4]) calls.set(`call ${n}`, n);
  const met: number[] = [];
  for (const n of calls.values()) {
    met.push(n);
    calls.delete(`call ${n + 1}`);
  }
  expect(met).toEqual([1, 3]);
});

test("beyond its bound goes what was set the longest ago", () => {
  const calls = new Turnover<string, number>({ most: 2 });
  for (const key of ["a", "b", "a", "c"]) calls.set(key, 1);
  expect([...calls.keys()]).toEqual(["a", "c"]);
  calls.clear();
  expect([calls.size, calls.get("a")]).toEqual([0, undefined]);
});
