import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

test("docs/evidence.md names every rule that there is, and no other", () => {
  const sources = globSync("src/{core/evidence,adapters/code}/**/*.ts", { cwd: root }).filter(
    (path) => !path.endsWith(".test.ts"),
  );
  const inCode = sources.flatMap((path) => [
    ...read(path).matchAll(/\brule: (?:\w+ \? )?"([\w-]+)"(?: : "([\w-]+)")?/g),
  ]);
  const rules = new Set(inCode.flatMap(([, one, other]) => [one, other]).filter((rule) => rule !== undefined));
  const told = [...read("docs/evidence.md").matchAll(/^\| `([\w-]+)` \|/gm)].map(([, rule]) => rule);
  expect(rules.size).toBeGreaterThan(10);
  expect(told.toSorted()).toEqual([...rules].toSorted());
});
