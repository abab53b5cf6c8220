import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isInProfile, profiles } from "../src/core/tools/profiles.ts";
import { retiredTools } from "../src/daemon/retired-tools.ts";
import { actions } from "../src/tools/calls/input.ts";

const page = (name: string) => readFileSync(join(import.meta.dirname, "../docs", name), "utf8");

/** The cells of the rows below this head. */
function rows(text: string, head: string): string[][] {
  const lines = text.split("\n");
  const start = lines.indexOf(head) + 2;
  const end = lines.findIndex((line, index) => index > start && !line.startsWith("|"));
  return lines.slice(start, end).map((line) =>
    line
      .slice(1, -1)
      .split(" | ")
      .map((cell) => cell.trim()),
  );
}

const named = (cell = "") => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);

test("docs/tools.md says of each tool in which profile it is first", () => {
  const table = rows(page("tools.md"), "| tool | profile | does | asks a model |");
  expect(table.length).toBeGreaterThan(20);
  for (const [tool, profile] of table) {
    const [name = ""] = named(tool);
    expect(
      profiles.find((each) => isInProfile(each, name)),
      name,
    ).toBe(profile);
  }
});

test("docs/tools.md names every action of calls", () => {
  const table = rows(page("tools.md"), "| action | takes | answers |");
  expect(table.flatMap(([action]) => named(action)).toSorted()).toEqual([...actions].toSorted());
});

test("docs/migrating.md says of each removed tool what the daemon says, in its order", () => {
  const table = rows(page("migrating.md"), "| was | now |");
  const told = table.flatMap(([was, now = ""]) => named(was).map((name) => [name, now]));
  expect(told).toEqual(Object.entries(retiredTools));
});
