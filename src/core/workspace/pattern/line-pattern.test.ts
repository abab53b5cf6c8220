import fc from "fast-check";
import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { costAtOnce, LinePattern } from "./line-pattern.ts";

/** What the look comes to, and in how many pieces. */
function looked(pattern: LinePattern, line: string): { fits: boolean; pieces: number } {
  const look = pattern.look(line);
  for (let pieces = 1; ; pieces++) {
    const before = pattern.cost;
    const { done, value } = look.next();
    // One character may take a step over all states and all atoms.
    expect(pattern.cost - before).toBeLessThan(costAtOnce + 5000);
    if (done === true) return { fits: value, pieces };
  }
}

function fits(pattern: LinePattern, line: string): boolean {
  return looked(pattern, line).fits;
}

const letters = fc.constantFrom("a", "b", "_", " ", "é", "😀", "A");
const leaf = fc.constantFrom(
  "a",
  "b",
  "é",
  "😀",
  ".",
  "\\w",
  "\\W",
  "\\s",
  "[ab]",
  "[^a]",
  "\\u{1f600}",
  "^",
  "$",
  "\\b",
  "",
);
const pattern = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.tuple(tie("node"), tie("node")).map(([a, b]) => a + b),
    fc.tuple(tie("node"), tie("node")).map(([a, b]) => `(?:${a}|${b})`),
    fc
      .tuple(tie("node"), fc.constantFrom("*", "+", "?", "{2}", "{1,}", "{0,2}", "*?"))
      .map(([a, sign]) => `(${a})${sign}`),
  ),
})).node;
const line = fc.array(letters, { maxLength: 12 }).map((all) => all.join(""));

test("a line fits exactly where the language's own expression finds a match", () => {
  fc.assert(
    fc.property(pattern, line, fc.boolean(), (source, text, isExact) => {
      // By sets: with `u` alone the engine finds no `/[^a]$/` in one character of two units.
      const own = new RegExp(source, isExact ? "sv" : "isv");
      expect(fits(new LinePattern(source, isExact ? "exact" : "any-case"), text)).toBe(own.test(text));
    }),
    { numRuns: 2000 },
  );
});

test("patterns that make others go back for ever take as long as the line is", () => {
  const line = `${"a".repeat(4990)}!`;
  for (const source of [
    "(a+)+$",
    "^(a|a)*$",
    "(.*)*(.*)*(.*)*x",
    "a*a*a*a*a*a*a*b",
    "(a?){50}a{50}c",
    "(a|b)*a(a|b){14}x",
    "(a?){600}(a{1,9})*b",
  ])
    expect(fits(new LinePattern(source, "exact"), line)).toBe(false);
});

test("what would need looking back or around, and what is no pattern, is refused", () => {
  for (const source of [
    "(a)\\1",
    "(?=a)",
    "(?<!a)b",
    "(?<n>a)\\k<n>",
    "(",
    "a{5000}",
    "((a{900}){900}){9}",
    "x".repeat(2000),
  ])
    expect(() => new LinePattern(source, "exact"), source).toThrow(expect.objectContaining({ code: "input.invalid" }));
  expect(["ab", "a b"].map((line) => fits(new LinePattern("a\\Bb|a\\b b", "exact"), line))).toEqual([true, true]);
  expect(fits(new LinePattern("(?<n>a)\\p{Lu}\\x41\\.", "exact"), "aBA.")).toBe(true);
});

promise("share.fair", "what characters that were not seen yet take of all atoms counts", () => {
  const atoms = Array.from({ length: 400 }, (_, index) => String.fromCharCode(0x3400 + index));
  const pattern = new LinePattern(`(?:${atoms.join("|")})z`, "any-case");
  const line = Array.from({ length: 200 }, (_, index) => String.fromCharCode(0x4e00 + index)).join("");
  expect(fits(pattern, line)).toBe(false);
  const first = pattern.cost;
  expect(first).toBeGreaterThan(atoms.length * line.length);
  expect(fits(pattern, line)).toBe(false);
  expect(pattern.cost - first).toBeLessThan(10 * line.length);
});

promise("share.fair", "a line of characters that no other has is looked at in pieces, whatever the pattern", () => {
  const unseen = (length: number) => Array.from({ length }, (_, index) => String.fromCharCode(0x4e00 + index)).join("");
  const atoms = Array.from({ length: 490 }, (_, index) => String.fromCharCode(0x3400 + index));
  const pieces = [1250, 2500, 5000].map(
    (length) => looked(new LinePattern(`(?:${atoms.join("|")})z`, "any-case"), unseen(length)).pieces,
  );
  // As many as the line is long, and no more.
  expect(pieces).toEqual([3, 5, 10]);
  const states = new LinePattern("(?:.?){600}z", "exact");
  expect(looked(states, unseen(5000))).toMatchObject({ fits: false, pieces: expect.any(Number) });
});
