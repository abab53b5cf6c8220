import fc from "fast-check";
import { expect, test } from "vitest";
import { promise } from "../../test/promise.ts";
import {
  type AgentEvent,
  type AgentRun,
  advanceRun,
  closingOf,
  newRun,
  objectionTo,
  runOf,
  useId,
} from "./agent-run.ts";

const spent = { modelCalls: 1, inputTokens: 2, outputTokens: 3, usd: null };
const fault = { code: "internal" as const, message: "Cannot go on", facts: {}, retry: { safe: false } };

const started: AgentEvent = { type: "agent.started", data: { goal: "go", tools: ["read"], modelCalls: 25 } };
const thinking = (turn: number): AgentEvent => ({ type: "agent.thinking", data: { turn, spent } });
const executing = (turn: number, number: number): AgentEvent => ({
  type: "tool.executing",
  data: { turn, id: useId(turn, number), tool: "read", input: "{}" },
});
const completed = (turn: number, number: number): AgentEvent => ({
  type: "tool.completed",
  data: { turn, id: useId(turn, number), tool: "read", outcome: "done", excerpt: "", omitted: 0, spent },
});
const done = (turns: number): AgentEvent => ({ type: "agent.completed", data: { turns, spent } });
const failed = (turns: number): AgentEvent => ({ type: "agent.failed", data: { turns, fault, spent } });

/** A run as it should be: some tools in each turn. */
function whole(uses: readonly number[]): AgentEvent[] {
  const inTurns = uses.flatMap((count, at) => [
    thinking(at + 1),
    ...Array.from({ length: count }, (_, use) => [executing(at + 1, use + 1), completed(at + 1, use + 1)]).flat(),
  ]);
  return [started, ...inTurns, done(uses.length)];
}

const ending = { type: "call.succeeded" as const, data: {} };
const uses = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 6 });

promise("share.events-order", "a run in order is one; with an event lost, repeated or exchanged it is none", () => {
  fc.assert(
    fc.property(uses, fc.nat(), fc.nat(), (turns, first, second) => {
      const events = whole(turns);
      expect(objectionTo([...events, ending])).toBeUndefined();
      const at = first % events.length;
      const [gone] = [events.toSpliced(at, 1)];
      expect(objectionTo([...gone, ending])).toBeDefined();
      const again = events.toSpliced(at, 0, events[at] ?? started);
      expect(objectionTo([...again, ending])).toBeDefined();
      const other = second % events.length;
      const [one, two] = [events[at] ?? started, events[other] ?? started];
      if (at !== other) expect(objectionTo([...events.with(at, two).with(other, one), ending])).toBeDefined();
    }),
  );
});

promise("share.events-order", "wherever a run is ended from outside, what closes it makes it whole", () => {
  fc.assert(
    fc.property(uses, fc.nat(), (turns, cut) => {
      const events = whole(turns).slice(0, cut % (whole(turns).length + 1));
      const closing = closingOf(runOf(events), fault, spent);
      const isOver = events.at(-1)?.type === "agent.completed";
      const end = isOver ? ending : { type: "call.failed" as const, data: {} };
      expect(objectionTo([...events, ...closing, end])).toBeUndefined();
      if (isOver) expect(closing).toEqual([]);
    }),
  );
});

test("a run has one ending, and its call ends in the same way", () => {
  expect(advanceRun(newRun, done(0))).toBeUndefined();
  const over = runOf(whole([1]));
  for (const event of [started, thinking(2), executing(1, 2), done(1), failed(1)])
    expect(advanceRun(over, event)).toBeUndefined();
  expect(objectionTo([...whole([1]), { type: "call.failed", data: {} }])).toContain("completed");
  expect(objectionTo(whole([1]))).toBe("no ending of the call");
  expect(objectionTo([...whole([1]), ending, ending])).toBe("call.succeeded after call.succeeded");
});

test("a sign of life changes nothing and belongs to the turn", () => {
  const alive = (turn: number): AgentEvent => ({
    type: "agent.alive",
    data: { turn, waitsFor: "read", state: "slow", quietMs: 20_000 },
  });
  const run: AgentRun = runOf([started, thinking(1), executing(1, 1)]);
  expect(advanceRun(run, alive(1))).toEqual(run);
  expect(advanceRun(run, alive(2))).toBeUndefined();
});
