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
  await clock.advance(39);
  expect(shown).toHaveLength(1);
  await clock.advance(1);
  expect(shown).toEqual([
    ["text", "a"],
    ["text", "bc"],
  ]);
  expect(clock.waiting).toBe(0);
});

test("the first text after reasoning is shown at once too", () => {
  const { shown, deltas } = bench();
  deltas.add("reasoning", "hm");
  deltas.add("reasoning", "hm");
  deltas.add("text", "yes");
  expect(shown.map(([, text]) => text)).toEqual(["hm", "hm", "yes"]);
  deltas[Symbol.dispose]();
});

test("what comes after a silence waits for its own turn alone, and what comes then for the next delta", async () => {
  const { clock, shown, deltas } = bench();
  deltas.add("text", "a");
  await clock.advance(100);
  for (const token of ["b", "c"]) deltas.add("text", token);
  await clock.advance(0);
  deltas.add("text", "d");
  await clock.advance(39);
  expect(shown.map(([, text]) => text)).toEqual(["a", "bc"]);
  await clock.advance(1);
  expect(shown.at(-1)).toEqual(["text", "d"]);
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
