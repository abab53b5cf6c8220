import fc from "fast-check";
import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import type { CancelledBy } from "../../base/abort.ts";
import { terminalTypes } from "../../protocol/endings.ts";
import { cancelledBy, eventTypes } from "../../protocol/events.ts";
import { hasEnded } from "../../protocol/phase.ts";
import { advance, type CallState, endingOf, type Fact } from "./call-state.ts";

const causes: readonly CancelledBy[] = cancelledBy.options;

function isEnding(fact: Fact): boolean {
  return (terminalTypes as readonly string[]).includes(fact.type);
}

const fact: fc.Arbitrary<Fact> = fc.oneof(
  fc.constantFrom(...eventTypes.filter((type) => type !== "call.cancelling")).map((type): Fact => ({ type })),
  fc.constantFrom(...causes).map((by): Fact => ({ type: "call.cancelling", by })),
  fc.constantFrom("process.unkillable", "internal").map((code): Fact => ({ type: "call.failed", code })),
  fc.constantFrom("call.started", "call.paused", "call.resumed").map((type): Fact => ({ type }) as Fact),
);
/** The assertion that failed is told in the report. */
const shown = { includeErrorInReport: true };
const schedule = fc.array(fact, { maxLength: 60, size: "max" });

/** What of a schedule is taken, in its order, and the state after each. */
function journalOf(facts: readonly Fact[]): { fact: Fact; state: CallState }[] {
  const journal: { fact: Fact; state: CallState }[] = [];
  for (const each of [{ type: "call.accepted" } as Fact, ...facts]) {
    const state = advance(journal.at(-1)?.state, each);
    if (state !== undefined) journal.push({ fact: each, state });
  }
  return journal;
}

promise("lost.terminal-once", "on any schedule a call has at most one ending, and nothing follows it", () => {
  fc.assert(
    fc.property(schedule, (facts) => {
      const journal = journalOf(facts);
      const endings = journal.filter(({ fact: each }) => isEnding(each));
      expect(endings.length).toBeLessThanOrEqual(1);
      expect(journal.findIndex(({ state }) => hasEnded(state.phase))).toBe(
        endings.length === 0 ? -1 : journal.length - 1,
      );
    }),
    shown,
  );
});

promise("lost.terminal-once", "wherever a call stands, an ending is left for it until it has one", () => {
  fc.assert(
    fc.property(schedule, (facts) => {
      const state = journalOf(facts).at(-1)?.state;
      const left = terminalTypes.filter((type) => advance(state, { type }) !== undefined);
      expect(left.length > 0).toBe(state !== undefined && !hasEnded(state.phase));
    }),
    shown,
  );
});

promise("lost.seq", "events that are taken are numbered 1, 2, 3 … and those that are not use no number up", () => {
  fc.assert(
    fc.property(schedule, (facts) => {
      const journal = journalOf(facts);
      expect(journal.map(({ state }) => state.seq)).toEqual(journal.map((_, place) => place + 1));
    }),
    shown,
  );
});

test("after call.cancelling only its cause's ending follows, or a process that nobody could kill", () => {
  fc.assert(
    fc.property(schedule, (facts) => {
      const journal = journalOf(facts);
      const cancelling = journal.find(({ fact: each }) => each.type === "call.cancelling");
      const ending = journal.find(({ fact: each }) => isEnding(each))?.fact;
      if (cancelling?.fact.by === undefined || ending === undefined) return;
      if (ending.code !== "process.unkillable") expect(ending.type).toBe(endingOf[cancelling.fact.by]);
    }),
  );
});

test.each(causes)("a call that is cancelled by its %s ends as that, and as nothing else", (by) => {
  const state = journalOf([{ type: "call.started" }, { type: "call.cancelling", by }]).at(-1)?.state;
  const left = terminalTypes.filter((type) => advance(state, { type }) !== undefined);
  expect(left).toEqual([endingOf[by]]);
  expect(advance(state, { type: "call.failed", code: "process.unkillable" })?.phase).toBe("failed");
});

test("the first cause wins: a second call.cancelling is not taken", () => {
  const state = journalOf([{ type: "call.cancelling", by: "caller" }]).at(-1)?.state;
  for (const by of causes) expect(advance(state, { type: "call.cancelling", by })).toBeUndefined();
});

test("the fold is a function of the journal alone: folding what was taken again takes all of it", () => {
  fc.assert(
    fc.property(schedule, (facts) => {
      const journal = journalOf(facts);
      expect(journalOf(journal.slice(1).map(({ fact: each }) => each))).toEqual(journal);
    }),
  );
});

test("a call begins with call.accepted, once, and with nothing else", () => {
  for (const type of eventTypes) expect(advance(undefined, { type }) !== undefined).toBe(type === "call.accepted");
  const [first] = journalOf([]);
  expect(advance(first?.state, { type: "call.accepted" })).toBeUndefined();
});

test("attempts are counted by their starts", () => {
  fc.assert(
    fc.property(schedule, (facts) => {
      const journal = journalOf(facts);
      const starts = journal.filter(({ fact: each }) => each.type === "call.started");
      expect(journal.at(-1)?.state.attempts).toBe(starts.length);
    }),
  );
});

const paths: [string, Fact["type"][], CallState["phase"]][] = [
  ["a call that waits in line is queued", ["call.queued"], "queued"],
  ["one that runs goes on as running", ["call.queued", "call.started", "output.delta"], "running"],
  ["one that is paused is paused until it is resumed", ["call.started", "call.paused", "step.recorded"], "paused"],
  ["resumed, it runs", ["call.started", "call.paused", "call.resumed"], "running"],
  ["one that asks waits for its answer", ["call.started", "input.requested"], "waiting"],
  ["answered, it runs", ["call.started", "input.requested", "input.answered"], "running"],
  ["recovered, it runs again", ["call.started", "input.requested", "call.started"], "running"],
];

test.each(paths)("%s", (_, types, phase) => {
  expect(journalOf(types.map((type): Fact => ({ type }))).at(-1)?.state.phase).toBe(phase);
});
