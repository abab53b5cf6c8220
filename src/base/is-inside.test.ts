import { expect, test } from "vitest";
import { isInside } from "./is-inside.ts";

test("a directory holds itself and what lies below it, and neither its neighbours nor what climbs out", () => {
  for (const path of ["/a", "/a/", "/a/b", "/a/..b", "/a/b/../c"]) expect(isInside(path, ["/a"]), path).toBe(true);
  for (const path of ["/", "/ab", "/b", "/a/..", "/a/../b"]) expect(isInside(path, ["/a"]), path).toBe(false);
});

test("the root of the machine holds everything, no directory holds nothing, one of several is enough", () => {
  expect(isInside("/a", ["/"])).toBe(true);
  expect(isInside("/a", [])).toBe(false);
  expect(isInside("/b/c", ["/a", "/b"])).toBe(true);
});
