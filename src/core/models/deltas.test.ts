import { expect, test } from "vitest";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { Deltas } from "./deltas.ts";

function bench() {
  const clock = new ManualClock();
  const shown: [string, string][] = [];
  const deltas = new Deltas({ clock, show: (kind, text) => void shown.push([kind, text]) });
  return { clock, shown, deltas };
}

test("the first token is shown at once, the others are joined for a moment", async () => {
  const { clock, shown, deltas } = bench();
  for (const token of ["a", "b", "c"]) deltas.add("text", token);
  expect(shown).toEqual([["text", "a"]]);
  await clock.advance(30);
  expect(shown).toEqual([
    ["text", "a"],
    ["text", "bc"],
  ]);
  expect(clock.waiting).toBe(0);
});

test("a long delta does not wait", () => {
  const { clock, shown, deltas } = bench();
  deltas.add("text", "x".repeat(2048));
  expect(shown).toHaveLength(1);
  expect(clock.waiting).toBe(0);
});

test("reasoning and text are never joined, and what is left is shown at the end", () => {
  const { clock, shown, deltas } = bench();
  deltas.add("reasoning", "hm");
  deltas.add("text", "yes");
  deltas[Symbol.dispose]();
  deltas[Symbol.dispose]();
  expect(shown).toEqual([
    ["reasoning", "hm"],
    ["text", "yes"],
  ]);
  expect(clock.waiting).toBe(0);
});
