import { expect, test } from "vitest";
import { used } from "./ability.ts";
import { beginning, next, type RunState, withAnswer, withUse } from "./turn.ts";

const told = { shown: [], omitted: { turns: 0, files: [] }, changed: [] };
const choice = { provider: "bench", model: "one", why: "asked" };

function answering(state: RunState, text: string, ...tools: [tool: string, given: string][]): RunState {
  const toolCalls = tools.map(([tool, given], index) => ({ id: `call-${index}`, tool, arguments: given }));
  const answer = { ...choice, text, finish: "stop" as const, ...(toolCalls.length > 0 && { toolCalls }) };
  return withAnswer(state, { answer, told });
}

test("a run thinks, uses the tools that were wanted in their order, thinks again, and ends without tools", () => {
  expect(next(beginning)).toEqual({ do: "think", turn: 1 });
  let state = answering(beginning, "", ["read", "{}"], ["list", "{}"]);
  expect(next(state)).toMatchObject({ do: "use", turn: 1, number: 1, call: { tool: "read" } });
  state = withUse(state, used("done", "text"));
  expect(next(state)).toMatchObject({ do: "use", turn: 1, number: 2, call: { tool: "list" } });
  state = withUse(state, used("failed", "no"));
  expect(next(state)).toEqual({ do: "think", turn: 2 });
  expect(state.said.map(({ message }) => [message.role, message.toolCallId ?? ""])).toEqual([
    ["assistant", ""],
    ["tool", "call-0"],
    ["tool", "call-1"],
  ]);
  state = answering(state, "done");
  expect(next(state)).toMatchObject({ do: "finish", last: { answer: { text: "done" } } });
  expect(Object.fromEntries(state.uses)).toEqual({ read: 1, list: 1 });
});

test("a turn counts as the same by tools, arguments and results, however the arguments are spaced", () => {
  let state = beginning;
  for (const given of ['{"path":"a"}', '{ "path": "a" }', '{"path" :"a"}']) {
    expect(next(state)).toEqual({ do: "think", turn: state.turn + 1 });
    state = withUse(answering(state, "", ["read", given]), used("done", "text"));
  }
  expect(next(state)).toEqual({ do: "stop", why: "loop", times: 3, tools: ["read"] });
  const notes = state.said.flatMap(({ message }) => (message.text.includes("exactly this before") ? [message] : []));
  expect(notes).toHaveLength(1);
});

test("other results, or another turn in between that came to something new, are no loop", () => {
  let state = beginning;
  for (const result of ["a", "b", "c", "d"])
    state = withUse(answering(state, "", ["look", "{}"]), used("done", result));
  expect(next(state)).toEqual({ do: "think", turn: 5 });
});

test("two turns in turn, again and again, are a loop as well", () => {
  let state = beginning;
  for (let round = 0; round < 2; round++)
    for (const path of ["a", "b"]) state = withUse(answering(state, "", ["read", path]), used("done", path));
  expect(next(state).do).toBe("think");
  state = withUse(answering(state, "", ["read", "a"]), used("done", "a"));
  expect(next(state)).toMatchObject({ do: "stop", why: "loop", times: 3 });
});

test("a last turn that wants tools ends the run without using them", () => {
  const wanting = answering(beginning, "almost", ["read", "{}"]);
  const state = withAnswer(beginning, { answer: wanting.last?.answer ?? expect.unreachable(), told, isLast: true });
  expect(next(state)).toEqual({ do: "stop", why: "turns" });
});

test("what the model is told of a use has a bound, and says how much was left out", () => {
  const result = used("done", "x".repeat(100_000));
  expect(result.text.length).toBeLessThan(24_100);
  expect(result.omitted).toBe(76_000);
  expect(result.text).toContain("76000 characters are left out");
});
