import fc from "fast-check";
import { expect, test } from "vitest";
import { isDeeperThan, maxJsonDepth } from "./json-depth.ts";

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

test("the depth seen in the text is the depth of what it parses to", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8, stringUnit: "binary" }), fc.nat(8), (value, limit) => {
      // The scan may skip text that is too short to be deep, so it is padded with a long neighbour.
      const text = JSON.stringify([value, "x".repeat(10)]);
      expect(isDeeperThan(text, limit)).toBe(depthOf([value, ""]) > limit);
    }),
  );
});

test("brackets inside strings do not nest, whatever is escaped before them", () => {
  const brackets = "[{".repeat(200);
  expect(isDeeperThan(JSON.stringify({ brackets }), maxJsonDepth)).toBe(false);
  expect(isDeeperThan(JSON.stringify([`\\"${brackets}\\`, `"${brackets}\\\\"`]), maxJsonDepth)).toBe(false);
});

test("a million open brackets are seen without recursion", () => {
  expect(isDeeperThan("[".repeat(1_000_000), maxJsonDepth)).toBe(true);
  expect(isDeeperThan(`"${"\\".repeat(1_000_000)}`, maxJsonDepth)).toBe(false);
});
