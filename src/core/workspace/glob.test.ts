import fc from "fast-check";
import { expect, test } from "vitest";
import { globFits, globOf } from "./glob.ts";

const fits = (pattern: string, path: string) => looked(pattern, path).isFit;

function looked(pattern: string, path: string, left = Number.MAX_SAFE_INTEGER): { isFit: boolean; looks: number } {
  const looks = { left };
  const names = path.split("/").map((name) => [...name]);
  return { isFit: globFits(globOf(pattern), names, looks), looks: left - looks.left };
}

test.each([
  ["*.ts", "a.ts", true],
  ["*.ts", "a/b.ts", false],
  ["**/*.ts", "a.ts", true],
  ["**/*.ts", "a/b/c.ts", true],
  ["src/**", "src/a/b", true],
  ["src/**/x", "src/x", true],
  ["a/**/b/**/c", "a/1/b/2/3/c", true],
  ["a/**/b", "a/b/c", false],
  ["?.[ch]", "x.h", true],
  ["[!a-f]x", "gx", true],
  ["[!a-f]x", "bx", false],
  ["[]-]", "]", true],
  ["\\*", "*", true],
  ["\\*", "a", false],
  ["a[", "a[", true],
])("%s and %s: %s", (pattern, path, expected) => {
  expect(fits(pattern, path)).toBe(expected);
});

test("stars and question marks fit what the expression of the same meaning fits", () => {
  const pattern = fc
    .array(fc.constantFrom("a", "b", "*", "?"), { minLength: 1, maxLength: 8 })
    .filter((parts) => !/^\*\*+$/.test(parts.join("")));
  const name = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(pattern, name, (parts, letters) => {
      const own = new RegExp(`^${parts.join("").replaceAll("?", ".").replaceAll("*", ".*")}$`);
      expect(fits(parts.join(""), letters.join(""))).toBe(own.test(letters.join("")));
    }),
  );
});

test("many stars against a long name take their product in steps, not their power", () => {
  expect(fits(`${"*a".repeat(120)}b`, "a".repeat(255))).toBe(false);
  expect(fits(`${"**/a/".repeat(100)}b`, Array(500).fill("a").join("/"))).toBe(false);
});

test("all that is looked at is counted: a part behind the last star first, a class as long as it is", () => {
  expect(looked(`*${"a".repeat(245)}b`, "a".repeat(255)).looks).toBeLessThan(5);
  expect(looked(`*${"a".repeat(100)}b*`, "a".repeat(255)).looks).toBeGreaterThan(15_000);
  expect(looked(`[${"b".repeat(500)}]`, "a").looks).toBeGreaterThan(500);
  expect(looked("**/a", "b/".repeat(60)).looks).toBeLessThan(200);
});

test("nothing fits once no look is left, and nothing more is looked at", () => {
  expect(looked("*a*", "bba", 2)).toMatchObject({ isFit: false });
  expect(looked(`*${"a".repeat(100)}b*`, "a".repeat(255), 1000).looks).toBeLessThan(1200);
});
