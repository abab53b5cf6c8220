import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { namedCommand } from "../src/core/processes/commands/command.ts";

const page = readFileSync(join(import.meta.dirname, "../docs/commands.md"), "utf8");

test("the commands on the page are commands", () => {
  const blocks = [...page.matchAll(/```json commands\n(.*?)```/gs)].map(([, json = ""]) => JSON.parse(json));
  expect(blocks.length).toBeGreaterThan(0);
  for (const block of blocks) expect(z.array(namedCommand).safeParse(block).error).toBeUndefined();
});

test("the page names every field of a command and every limit", () => {
  const { limits, ...fields } = namedCommand.shape;
  const names = [...Object.keys(fields), ...Object.keys(limits.unwrap().shape)];
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
