import { expect, test } from "vitest";
import { ImportedFiles } from "./imported-files.ts";

const paths = ["a/x/y.py", "b/x/y.py", "b/x/__init__.py", "lib/m.ts", "lib/n/index.ts", "/abs/p/q/r.go"];

test.each([
  ["z.py", "x.y", "a/x/y.py"],
  ["a/x/y.py", "x.y", undefined],
  ["z.py", "b.x", "b/x/__init__.py"],
  ["z.py", "y", undefined],
  ["lib/a.ts", "./m.js", "lib/m.ts"],
  ["lib/a.ts", "./n", "lib/n/index.ts"],
  ["z.go", "p/q/r", "/abs/p/q/r.go"],
  ["z.go", "q/r", "/abs/p/q/r.go"],
  ["z.rs", "p::q::none", undefined],
])("%s takes from %s: %s", (importer, from, file) => {
  expect(new ImportedFiles(paths).find(importer, { from }).file).toBe(file);
});

test("what imports lead to takes as long as they are, not as there are files", () => {
  const many = Array.from({ length: 1000 }, (_, index) => `${"d/".repeat(500)}m${index}.py`);
  const files = new ImportedFiles(many);
  const none = Array.from({ length: 300_000 }, (_, index) => files.find("z.py", { from: `q.x${index}` }).file);
  expect(none.every((file) => file === undefined)).toBe(true);
  expect(files.find("z.py", { from: "d.m999" }).file).toBe(many[999]);
});
