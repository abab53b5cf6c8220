import fc from "fast-check";
import { expect, test } from "vitest";
import { globFits, globOf } from "./glob.ts";

const fits = (pattern: string, path: string) => globFits(globOf(pattern), path.split("/"));

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
