import fc from "fast-check";
import { expect, test } from "vitest";
import type { CallId } from "../../protocol/ids.ts";
import { newestWithin } from "./window.ts";

const told = { includeErrorInReport: true };
const count = (text: string) => text.length;

/** A conversation, backwards from the newest: each exchange is two turns of one call. */
const talk = fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { maxLength: 12 }).map((sizes) =>
  sizes
    .flatMap(([asked, answered], index) => [
      { seq: 2 * index + 1, call: `c${index}` as CallId, text: "q".repeat(asked) },
      { seq: 2 * index + 2, call: `c${index}` as CallId, text: "a".repeat(answered) },
    ])
    .toReversed(),
);

test("the newest whole exchanges are kept, as many as fit and none above the budget", () => {
  fc.assert(
    fc.property(talk, fc.nat(200), (turns, budget) => {
      const window = newestWithin(turns, budget, count);
      const kept = turns.slice(0, window.turns.length).toReversed();
      expect(window.turns).toEqual(kept);
      expect(window.tokens).toBe(kept.reduce((sum, { text }) => sum + text.length, 0));
      expect(window.tokens).toBeLessThanOrEqual(budget);
      expect(window.turns.length % 2).toBe(0);
      expect(window.dropped).toBe(turns.length - kept.length);
      const next = turns.slice(kept.length, kept.length + 2);
      const size = next.reduce((sum, { text }) => sum + text.length, 0);
      if (next.length > 0) expect(window.tokens + size).toBeGreaterThan(budget);
    }),
    told,
  );
});

test("what was not even read counts as dropped", () => {
  const turns = [
    { seq: 8, call: "c4" as CallId, text: "answer" },
    { seq: 7, call: "c4" as CallId, text: "question" },
  ];
  expect(newestWithin(turns, 100, count)).toMatchObject({ turns: [{ seq: 7 }, { seq: 8 }], dropped: 6 });
  expect(newestWithin(turns, 1, count)).toMatchObject({ turns: [], dropped: 8 });
  expect(newestWithin([], 1, count)).toMatchObject({ turns: [], dropped: 0 });
});
