import fc from "fast-check";
import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { cFunctionOn } from "./c-function.ts";

/** The same in one expression, which goes back for ever on long lines. */
const slow =
  /^\s*(?:(?:public|private|protected|internal|static|final|async|override|virtual|abstract|synchronized|inline|extern|const|unsigned)\s+)*[A-Za-z_][\w<>[\],.:*&? ]*\s+[*&]?([A-Za-z_]\w*)\s*\([^;]*\)?\s*(?:const\s*)?(?:throws\s+[\w.,\s]+)?\{?\s*$/;

const pieces = [
  "static",
  "const",
  "int",
  "a1",
  "1",
  " ",
  " ",
  "  ",
  "\t",
  "*",
  "&",
  "<",
  "::",
  "(",
  ")",
  ";",
  "-",
  "{",
  " const",
];

test("a line begins a function exactly where the expression that says the same finds one", () => {
  const line = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((all) => all.join(""));
  const likely = fc
    .tuple(line, fc.constantFrom("int f", " *f", "\tf ", "static  g", "&g"), fc.constantFrom("(", "( a)", "(;", ""))
    .map((all) => all.join(""));
  fc.assert(
    fc.property(fc.oneof(line, likely), (text) => {
      expect(cFunctionOn(text)).toBe(slow.exec(text)?.[1]);
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ["int main(void) {", "main"],
  ["static const char *name_of(int a", "name_of"],
  ["  public\tstatic List<String> all() throws X {", "all"],
  ["call(a);", undefined],
  ["int a(b);", undefined],
  ["return(x)", undefined],
])("%s: %s", (line, name) => {
  expect(cFunctionOn(line)).toBe(name);
});

promise("share.fair", "no line makes anybody go over it again and again", () => {
  const size = 300_000;
  for (const line of [
    `int a b(${" ".repeat(size)};x`,
    `int a b(${" ".repeat(size)}`,
    `int ${"a ".repeat(size)}-(`,
    `${"const ".repeat(size)}-(`,
    `${"const\t".repeat(size)}- a(`,
    `${"a".repeat(size)} -(`,
    `${" ".repeat(size)}- b(`,
    `int${" ".repeat(size)}-\t- b(`,
  ])
    expect(cFunctionOn(line) ?? "b").toBe("b");
});
