import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readCode } from "./read-code.ts";

const head = `
import { exec, execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import vm from "node:vm";
import axios from "axios";
import { test, describe, it } from "vitest";
const run = promisify(exec);
const table = "users";
`;

/** What the rules say of statements in a file of tests or of the product, with the line that they say it of. */
function rulesIn(code: string, file = "src/a.ts"): string[] {
  const answer = readCode(
    { path: file, text: `${file.includes("test") ? head : head.replace(/.*vitest.*/, "")}${code}` },
    { do: "find" },
  );
  expect(answer.unparsed).toBeUndefined();
  expect(answer.findings?.every(({ line }) => line > 11)).toBe(true);
  return (answer.findings ?? []).map(({ rule }) => rule);
}

const fixtures = join(import.meta.dirname, "../../../../test/fixtures/rules");
const linesOf = (name: string) => readFileSync(join(fixtures, name), "utf8").split("\n").filter(Boolean);

test("each dangerous statement is found by its syntax, once", () => {
  for (const line of linesOf("found.txt")) {
    const [rule, code = ""] = line.split("\t");
    expect(rulesIn(code), code).toEqual([rule]);
  }
});

test("statements that look alike are left alone", () => {
  for (const code of linesOf("harmless.txt")) expect(rulesIn(code), code).toEqual([]);
});

test("tests that are left out, or leave out others, are found in files of tests", () => {
  const of = (code: string) => rulesIn(code, "src/a.test.ts");
  for (const code of [
    'it.skip("x", f);',
    'describe.skip("x", f);',
    'xit("x", f);',
    'test("x", { skip: true }, f);',
    'test.skip.each([1])("x", f);',
    "test('x', (t) => { t.skip(); });",
  ])
    expect(of(code), code).toEqual(["skipped-test"]);
  for (const code of [
    'it.only("x", f);',
    'fdescribe("x", f);',
    'test("x", { only: true }, f);',
    'describe.only.each([1])("x", f);',
  ])
    expect(of(code), code).toEqual(["focused-test"]);
  for (const code of [
    'it("x", f);',
    'test.skipIf(a)("x", f);',
    "test.skip(browser === 'x', 'why');",
    "test('x', (t) => { if (a) t.skip(); });",
    'query.only("x");',
    'list.skip("x");',
  ])
    expect(of(code), code).toEqual([]);
});

test("a file that does not parse is looked at as text, and says so; one that nests too deeply too", () => {
  const broken = readCode({ path: "a.js", text: "function f( {{{\n" }, { do: "outline" });
  expect(broken).toMatchObject({ method: "text search", unparsed: expect.stringContaining("cannot be parsed") });
  const deep = readCode({ path: "a.js", text: "[".repeat(300_000) }, { do: "find" });
  expect(deep).toMatchObject({ method: "text search", unparsed: expect.stringContaining("too deeply") });
});

test("symbols and imports of a module are told with their lines", () => {
  const text = `import a, { b as c } from "./a.js";
export { d } from "./d.js";
const lazy = () => import("./lazy.js");
export class K extends B {
  constructor() {}
  #own() {}
  m = () => 1;
}
export default function () {}
function later() {}
export { later };
export const { e, f: [g] } = a;
export interface I { go(): void }
type T = string;
enum E { A }
namespace N {}
`;
  const { symbols, imports, method } = readCode({ path: "a.ts", text }, { do: "outline" });
  expect(method).toBe("parsed");
  expect(
    symbols?.map(
      ({ name, kind, exported, within }) => `${exported ? "+" : "-"}${kind} ${within ? `${within}.` : ""}${name}`,
    ),
  ).toEqual([
    "-function lazy",
    "+class K",
    "+method K.constructor",
    "-method K.own",
    "+method K.m",
    "+function default",
    "+function later",
    "+variable e",
    "+variable g",
    "+interface I",
    "+method I.go",
    "-type T",
    "-enum E",
    "-module N",
  ]);
  expect(imports).toEqual([
    { from: "./a.js", names: ["default", "b"], line: 1 },
    { from: "./d.js", names: ["d"], line: 2 },
    { from: "./lazy.js", names: [], line: 3 },
  ]);
});

test("uses of a symbol are told apart: where it is made, called and named", () => {
  const text = `import { go } from "./go.js";
export function go2() { return go(1); }
list.map(go);
const o = { go, stop() { o.go(); new Go(); } };
class Go { go() {} other() { this.go(); } }
`;
  const uses = (symbol: string) =>
    readCode({ path: "a.ts", text }, { do: "uses", symbol }).uses?.map(
      ({ as, line, within }) => `${as} ${line}${within ? ` in ${within}` : ""}`,
    );
  expect(uses("go")).toEqual([
    "mention 1",
    "call 2 in go2",
    "mention 3",
    "mention 4",
    "call 4 in stop",
    "definition 5",
    "call 5 in other",
  ]);
  expect(uses("Go.go")).toEqual(["call 4 in stop", "definition 5", "call 5 in other"]);
  expect(uses("Go")).toEqual(["call 4 in stop", "definition 5"]);
});

test("symbols and uses in other languages are told by their text, and are labelled so", () => {
  const python =
    "import os\nfrom a.b import c, d as e\nclass K:\n    def m(self):\n        return go(1)  # go()\ndef go(x): ...\n";
  const outline = readCode({ path: "a.py", text: python }, { do: "outline" });
  expect(outline.method).toBe("text search");
  expect(outline.symbols?.map(({ name, kind, line, within }) => [name, kind, line, within])).toEqual([
    ["K", "class", 3, undefined],
    ["m", "method", 4, "K"],
    ["go", "function", 6, undefined],
  ]);
  expect(outline.imports).toEqual([
    { from: "os", names: [], line: 1 },
    { from: "a.b", names: ["c", "d"], line: 2 },
  ]);
  const { uses } = readCode({ path: "a.py", text: python }, { do: "uses", symbol: "go" });
  expect(uses).toEqual([
    { as: "call", line: 5, within: "m" },
    { as: "definition", line: 6 },
  ]);
  const go = 'package a\n\nimport (\n\t"fmt"\n)\n\ntype T struct{}\n\nfunc (t *T) Go() {\n\tfmt.Println()\n}\n';
  expect(
    readCode({ path: "a.go", text: go }, { do: "outline" }).symbols?.map(({ name, exported }) => [name, exported]),
  ).toEqual([
    ["T", true],
    ["Go", true],
  ]);
  const java = "package a;\nimport java.util.List;\npublic class A {\n  private int b() {\n    return c(1);\n  }\n}\n";
  expect(
    readCode({ path: "A.java", text: java }, { do: "outline" }).symbols?.map(({ name, kind }) => [name, kind]),
  ).toEqual([
    ["A", "class"],
    ["b", "method"],
  ]);
});
