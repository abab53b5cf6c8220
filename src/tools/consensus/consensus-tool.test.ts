import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { TalkBench } from "../../../test/support/talk-bench.ts";
import type { Reply } from "../../../test/support/vendor-server.ts";
import type { CallEvent } from "../../protocol/events.ts";
import type { CallView } from "../../protocol/result.ts";
import type { Agreement } from "./agreement.ts";
import type { SeatOutcome } from "./outcome.ts";

const prompt = "shall we rewrite it?";

function vote(kind: string, reason = "because"): Extract<Reply, { kind: "answer" }> {
  return { kind: "answer", text: `Well.\n{"vote": "${kind}", "reasons": ["${reason}"]}` };
}

/** What the vendor does with each model's requests. */
function answersBy(bench: TalkBench, replies: Readonly<Record<string, Reply>>): void {
  bench.vendor.otherwise = () => replies[modelsOf(bench).at(-1) ?? ""] ?? vote("yes");
}

function modelsOf(bench: TalkBench): string[] {
  return bench.vendor.seen.map(({ body }) => String(body["model"]));
}

function dataOf({ result }: CallView) {
  return result?.data as { status: string; seats: SeatOutcome[]; agreement: Agreement; continuation_id: string };
}

function seats(...models: string[]) {
  return models.map((model) => ({ model }));
}

test("every seat is asked at once with its own stance and sees nothing of the others; votes are counted", async () => {
  await using bench = await TalkBench.open();
  answersBy(bench, { one: vote("yes", "ONE-SAYS"), two: vote("no", "TWO-SAYS"), three: vote("yes", "THREE-SAYS") });
  const models = [
    { model: "one", stance: "for" },
    { model: "two", stance: "against" },
    { model: "three", stance_prompt: "Think of the operators." },
    { model: "one", stance: "against" },
  ];
  const view = await bench.call(bench.someone("ada"), {
    tool: "consensus",
    input: { step: prompt, step_number: 1, models },
  });
  expect(view.usage).toMatchObject({ modelCalls: 4, requests: 4, usd: expect.any(Number) });
  const { status, seats: outcomes, agreement, continuation_id } = dataOf(view);
  expect(status).toBe("complete");
  expect(continuation_id).toBe(view.call);
  expect(
    outcomes.map((seat) => (seat.status === "answered" ? `${seat.model} ${seat.stance} ${seat.vote}` : "")),
  ).toEqual(["bench/one for yes", "bench/two against no", "bench/three neutral yes", "bench/one against yes"]);
  expect(agreement).toEqual({
    votes: { yes: 3, no: 1, conditional: 0, abstain: 0, unclear: 0 },
    answered: 4,
    seats: 4,
    leading: "yes",
    isUnanimous: false,
    againstStance: [4],
  });
  expect(view.result?.content).toContain("| 2 | bench/two | against | no | TWO-SAYS |");
  expect(view.result?.content).toContain("Agreement: 3 yes, 1 no; most vote yes.");
  const bodies = bench.vendor.seen.map(({ body }) => JSON.stringify(body["messages"]));
  expect(bodies.every((body) => body.includes(prompt) && !body.includes("SAYS"))).toBe(true);
  expect(bodies.filter((body) => body.includes("case against the proposal"))).toHaveLength(2);
  expect(bodies.filter((body) => body.includes("Think of the operators."))).toHaveLength(1);
});

test("a failing seat and a late one leave the others, each answer is shown when it is there, and the rest is told", async () => {
  await using bench = await TalkBench.open();
  answersBy(bench, {
    two: { kind: "status", status: 401, body: { error: { message: "no" } } },
    three: { kind: "hang" },
  });
  const input = { prompt, models: seats("one", "two", "three", "four"), seatTimeoutMs: 500 };
  const view = await bench.call(bench.someone("ada"), { tool: "consensus", input });
  expect(view).toMatchObject({ phase: "succeeded", result: { partial: true, data: { status: "partial" } } });
  const states = dataOf(view).seats.map((seat) => [seat.status, seat.status === "answered" ? "" : seat.fault.code]);
  expect(states).toEqual([
    ["answered", ""],
    ["failed", "model.credentials"],
    ["late", "call.deadline"],
    ["answered", ""],
  ]);
  expect(view.result?.content).toContain("Agreement: 2 yes; most vote yes; 2 of 4 did not answer.");
  const events = await bench.core.events(view.call);
  const progress = events.filter(({ type }) => type === "call.progress") as CallEvent<"call.progress">[];
  expect(progress).toHaveLength(4);
  expect(progress.at(-1)?.data).toMatchObject({ message: "seat 3 is late", done: 4, total: 4 });
  const again = await bench.call(bench.someone("ada"), { tool: "consensus", input });
  expect(again.call).not.toBe(view.call);
  expect(modelsOf(bench).filter((model) => model === "one")).toHaveLength(2);
});

test("where nobody answers the call fails, and says of each seat why", async () => {
  await using bench = await TalkBench.open();
  bench.vendor.otherwise = () => ({ kind: "status", status: 401, body: {} });
  const view = await bench.call(bench.someone("ada"), {
    tool: "consensus",
    input: { prompt, models: seats("one", "two") },
  });
  expect(view).toMatchObject({
    phase: "failed",
    fault: {
      code: "model.credentials",
      message: expect.stringMatching(/^Cannot reach a consensus: none of 2 seats answered/),
      facts: { seats: [{ seat: 1, model: "one", status: "failed" }, { seat: 2 }] },
    },
  });
});

promise(
  "run.budget",
  "no seat is asked that could take the cost above its ceiling; those that fit answer",
  async () => {
    await using bench = await TalkBench.open();
    const gate = Promise.withResolvers<void>();
    bench.vendor.otherwise = () => ({ ...vote("yes"), before: async () => await gate.promise });
    const input = { prompt, models: seats("one", "two", "three", "four"), maxUsd: 0.022, maxOutputTokens: 1000 };
    const asked = bench.call(bench.someone("ada"), { tool: "consensus", input });
    await bench.vendor.arrived(3);
    gate.resolve();
    const view = await asked;
    expect(
      dataOf(view)
        .seats.map(({ status }) => status)
        .toSorted(),
    ).toEqual(["answered", "answered", "answered", "refused"]);
    const most = bench.vendor.seen.map(({ body }) => Number(body["max_tokens"] ?? body["max_completion_tokens"]));
    expect(most.reduce((sum, tokens) => sum + tokens, 0) * 10).toBeLessThanOrEqual(22_000);
    expect(view.usage.usd).toBeLessThanOrEqual(0.022);
  },
);

test("a name that nobody has, one seat or eight, and the same seat twice are refused before anybody is asked", async () => {
  await using bench = await TalkBench.open();
  const ada = bench.someone("ada");
  const tool = "consensus";
  const eight = Array.from({ length: 8 }, (_, index) => `m${index}`);
  for (const models of [seats("one"), seats(...eight), seats("one", "one")])
    await expect(bench.call(ada, { tool, input: { prompt, models } })).rejects.toThrow(/models/);
  const view = await bench.call(ada, { tool, input: { prompt, models: seats("one", "bench/") } });
  expect(view).toMatchObject({ phase: "failed", fault: { code: "model.unknown" } });
  expect(bench.vendor.seen).toEqual([]);
});

promise(
  "lost.restart-threads",
  "one thread holds what chat and consensus said, and each goes on with the other's",
  async () => {
    await using bench = await TalkBench.open();
    const ada = bench.someone("ada");
    bench.vendor.reply({ kind: "answer", text: "noted" });
    const { call: thread } = await bench.call(ada, { tool: "chat", input: { prompt: "the plan is X" } });
    const input = { prompt: "is it good?", models: seats("one", "two"), continuation_id: thread };
    answersBy(bench, { one: vote("yes"), two: vote("no") });
    expect(dataOf(await bench.call(ada, { tool: "consensus", input })).continuation_id).toBe(thread);
    for (const { body } of bench.vendor.seen.slice(1))
      expect(JSON.stringify(body["messages"])).toContain("the plan is X");
    bench.vendor.otherwise = () => ({ kind: "answer", text: "fine" });
    await bench.call(ada, { tool: "chat", input: { prompt: "so?", continuation_id: thread } });
    const last = JSON.stringify(bench.vendor.seen.at(-1)?.body["messages"]);
    for (const said of ["the plan is X", "is it good?", "no vote leads", "so?"])
      expect(last.split(said)).toHaveLength(2);
  },
);
