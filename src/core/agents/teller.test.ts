import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { TestCallContext } from "../../../test/support/call-context.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { type AgentEvent, objectionTo } from "../../protocol/agent-run.ts";
import { Teller } from "./teller.ts";

const spent = { modelCalls: 0, inputTokens: 0, outputTokens: 0, usd: 0 };
const fault = { code: "internal" as const, message: "Cannot go on", facts: {}, retry: { safe: false } };
const use = { turn: 1, id: "1.1", tool: "read" };
const whole: AgentEvent[] = [
  { type: "agent.started", data: { goal: "go", tools: ["read"], modelCalls: 25 } },
  { type: "agent.thinking", data: { turn: 1, spent } },
  { type: "tool.executing", data: { ...use, input: "{}" } },
  { type: "tool.completed", data: { ...use, outcome: "done", excerpt: "", omitted: 0, spent } },
  { type: "agent.thinking", data: { turn: 2, spent } },
  { type: "agent.completed", data: { turns: 2, spent } },
];

function attempt(told: readonly AgentEvent[]) {
  const context = new TestCallContext({ clock: new ManualClock(), told });
  return { context, teller: new Teller(context) };
}

promise("share.events-order", "wherever a crash falls, the next attempt tells the rest and nothing twice", () => {
  for (let crash = 0; crash <= whole.length; crash++) {
    const told = whole.slice(0, crash);
    const { context, teller } = attempt(told);
    for (const event of whole) teller.tell(event);
    const journal = [...told, ...context.emitted];
    expect(journal.map(({ type }) => type)).toEqual(whole.map(({ type }) => type));
  }
});

promise(
  "share.events-order",
  "wherever a run fails, also in an attempt that has not come as far as the last, it is closed",
  () => {
    for (let crash = 1; crash < whole.length; crash++) {
      const told = whole.slice(0, crash);
      const { context, teller } = attempt(told);
      teller.tell(whole[0] ?? expect.unreachable());
      teller.fail(fault);
      const journal = [...told, ...context.emitted, { type: "call.failed" as const, data: {} }];
      expect(objectionTo(journal)).toBeUndefined();
    }
  },
);

test("an attempt that comes to something else than was told is a bug, and no event may come out of turn", () => {
  const { teller } = attempt(whole.slice(0, 3));
  teller.tell(whole[0] ?? expect.unreachable());
  expect(() => teller.tell(whole[2] ?? expect.unreachable())).toThrow("Cannot tell tool.executing");
  const other = attempt([
    { type: "agent.started", data: { goal: "go", tools: [], modelCalls: 1 } },
    ...whole.slice(2, 3),
  ]);
  other.teller.tell(whole[0] ?? expect.unreachable());
  expect(() => other.teller.tell(whole[1] ?? expect.unreachable())).toThrow("Cannot go on with the run");
});
