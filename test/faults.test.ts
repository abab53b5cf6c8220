import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import type { FaultPatch } from "./red.ts";

const root = join(import.meta.dirname, "..");
const folder = join(import.meta.dirname, "faults");

test("each fault finds its place in the product, once, and changes it", async () => {
  const lost: string[] = [];
  let count = 0;
  for (const name of readdirSync(folder)) {
    const { patches }: { patches: FaultPatch[] } = await import(join(folder, name));
    for (const [index, { file, find, replace }] of patches.entries()) {
      count += 1;
      const found = timesIn(file, find);
      if (found !== 1) lost.push(`${basename(name, ".ts")}#${index + 1}: ${found} times in ${file}`);
      if (find === replace) lost.push(`${basename(name, ".ts")}#${index + 1}: changes nothing in ${file}`);
    }
  }
  expect(count).toBeGreaterThan(0);
  expect(lost).toEqual([]);
});

function timesIn(file: string, find: string): number {
  const path = join(root, file);
  return existsSync(path) ? readFileSync(path, "utf8").split(find).length - 1 : 0;
}
