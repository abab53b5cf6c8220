import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

for (const page of ["ARCHITECTURE.md", "CONTRIBUTING.md"])
  test(`every file that ${page} names is there`, () => {
    const text = readFileSync(join(root, page), "utf8");
    const named = [...text.matchAll(/`((?:src|test|scripts|docs|bin|catalogue)\/[\w./-]*)`/g)].map(
      (match) => match[1] ?? "",
    );
    const linked = [...text.matchAll(/\]\(([\w./-]+)\)/g)].map((match) => match[1] ?? "");
    expect(named.length).toBeGreaterThan(0);
    expect([...named, ...linked].filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
