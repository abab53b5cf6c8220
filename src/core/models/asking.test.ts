import { describe, expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { AskingBench, benchKey } from "../../../test/support/asking-bench.ts";
import type { Reply } from "../../../test/support/vendor-server.ts";
import { Cancelled } from "../../base/abort.ts";

const prompt = "say hello";
const busy: Reply = { kind: "status", status: 503, body: { error: { message: "busy" } } };
const limited = (seconds: number): Reply => ({ kind: "status", status: 429, headers: { "retry-after": `${seconds}` } });

describe("a failed request", () => {
  promise(
    "run.retry-one-layer",
    "is tried again after what the vendor asked for, and every try is told and counted",
    async () => {
      await using bench = await AskingBench.open([limited(7), busy]);
      using call = bench.context();
      const result = bench.ask(call, { prompt });
      await call.until("model.retried", 1);
      await bench.clock.advance(6999);
      expect(bench.vendor.seen).toHaveLength(1);
      await bench.clock.advance(1);
      await call.until("model.retried", 2);
      await bench.clock.advance(500);
      expect(await result).toMatchObject({ text: "echo: say hello" });
      expect(call.types.filter((type) => type !== "output.delta")).toEqual([
        "model.requested",
        "model.retried",
        "model.requested",
        "model.retried",
        "model.requested",
        "model.answered",
      ]);
      expect(call.of("model.retried")).toMatchObject([
        { waitMs: 7000, fault: { code: "model.limited" } },
        { waitMs: 500, fault: { code: "model.unavailable" } },
      ]);
      expect(call.of("model.requested").map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
      expect(call.usage).toMatchObject({ modelCalls: 1, requests: 3, retries: 2 });
      expect(call.slots).toEqual([]);
    },
  );

  promise("run.retry-one-layer", "is tried four times in all, and the fault says so", async () => {
    await using bench = await AskingBench.open([busy, busy, busy, busy, busy]);
    using call = bench.context();
    const failure = expect(bench.ask(call, { prompt })).rejects.toMatchObject({
      code: "model.unavailable",
      facts: { tries: 4, provider: "bench", model: "small-1", status: 503 },
    });
    for (const count of [1, 2, 3]) {
      await call.until("model.retried", count);
      await bench.clock.advance(60_000);
    }
    await failure;
    expect(bench.vendor.seen).toHaveLength(4);
    expect(call.usage).toMatchObject({ modelCalls: 1, requests: 4, retries: 3, inputTokens: 0, usd: 0 });
  });

  promise(
    "run.retry-one-layer",
    "is not tried again where the vendor's wait does not fit into the deadline",
    async () => {
      await using bench = await AskingBench.open([limited(30)]);
      using call = bench.context({ leftMs: 31_000 });
      await expect(bench.ask(call, { prompt })).rejects.toMatchObject({
        code: "model.limited",
        retry: { safe: true, afterMs: 30_000 },
        facts: { tries: 1 },
      });
      expect(bench.vendor.seen).toHaveLength(1);
    },
  );

  promise("run.retry-one-layer", "in the middle of an answer is tried again, and what was shown is void", async () => {
    await using bench = await AskingBench.open([{ kind: "cut", text: "hel" }]);
    using call = bench.context();
    const answer = bench.ask(call, { prompt });
    await call.until("model.retried");
    await bench.clock.advance(500);
    expect(await answer).toMatchObject({ text: "echo: say hello" });
    expect(call.of("output.delta")).toEqual([
      { attempt: 1, kind: "text", text: "hel" },
      { attempt: 1, try: 2, kind: "text", text: "echo: say hello" },
    ]);
    expect(bench.ledger.all.map(({ state }) => state)).toEqual(["estimated", "measured"]);
  });

  promise(
    "run.retry-one-layer",
    "is one of a row: limited, silent, cut, then answered, with each wait as it should be and one answer",
    async () => {
      await using bench = await AskingBench.open([limited(7), { kind: "hang" }, { kind: "cut", text: "echo: s" }]);
      using call = bench.context({ leftMs: 600_000 });
      const answer = bench.ask(call, { prompt });
      await call.until("model.retried", 1);
      await bench.clock.advance(6999);
      expect(bench.vendor.seen).toHaveLength(1);
      await bench.clock.advance(1);
      await bench.vendor.arrived(2);
      await bench.clock.advance(0);
      await bench.clock.advance(120_000);
      await call.until("model.retried", 2);
      await bench.clock.advance(1000);
      await call.until("model.retried", 3);
      await bench.clock.advance(2000);
      expect(await answer).toMatchObject({ text: "echo: say hello" });
      expect(call.of("model.retried").map(({ waitMs }) => waitMs)).toEqual([7000, 500, 1000]);
      expect(call.usage).toMatchObject({ modelCalls: 1, requests: 4, retries: 3 });
      expect(await bench.vendor.seen[1]?.over).toBe("early");
      const last = call.of("output.delta").at(-1);
      expect(last).toEqual({ attempt: 1, try: 4, kind: "text", text: "echo: say hello" });
    },
  );

  test("that will not get better is told at once", async () => {
    await using bench = await AskingBench.open([{ kind: "status", status: 401 }]);
    using call = bench.context();
    await expect(bench.ask(call, { prompt })).rejects.toMatchObject({ code: "model.credentials" });
    expect(bench.vendor.seen).toHaveLength(1);
  });

  promise("leak.task", "is not tried again after the call has ended: the wait ends with it", async () => {
    await using bench = await AskingBench.open([limited(7)]);
    using call = bench.context({ leftMs: Number.POSITIVE_INFINITY });
    const ended = expect(bench.ask(call, { prompt })).rejects.toMatchObject({ by: "caller" });
    await call.until("model.retried");
    call.abort.abort(new Cancelled("caller"));
    await bench.clock.advance(0);
    expect(bench.clock.waiting).toBe(0);
    await ended;
    expect(bench.vendor.seen).toHaveLength(1);
  });
});

describe("a silent vendor", () => {
  promise("run.deadline", "is given up after the idle time, without an answer and with one begun", async () => {
    await using bench = await AskingBench.open([{ kind: "hang" }, { kind: "stall", text: "x".repeat(2048) }]);
    for (const [index, begun] of [false, true].entries()) {
      // No time is left for another try once the vendor was given up.
      using call = bench.context({ leftMs: 121_000 });
      const failure = expect(bench.ask(call, { prompt })).rejects.toMatchObject({
        code: "model.silent",
        facts: { provider: "bench", model: "small-1", idleMs: 120_000, tries: 1 },
        retry: { safe: true },
      });
      await bench.vendor.arrived(index + 1);
      if (begun) await call.until("output.delta");
      await bench.clock.advance(0);
      await bench.clock.advance(120_000);
      await failure;
      expect(await bench.vendor.seen[index]?.over).toBe("early");
    }
    expect(bench.clock.waiting).toBe(0);
  });

  promise("run.deadline", "is told apart from a slow one, whose parts each come in time", async () => {
    const gates = [0, 1, 2].map(() => Promise.withResolvers<void>());
    await using bench = await AskingBench.open([
      { kind: "answer", text: "x".repeat(3 * 2048), chunks: 3, before: (piece) => gates[piece]?.promise },
    ]);
    using call = bench.context({ leftMs: Number.POSITIVE_INFINITY });
    const answer = bench.ask(call, { prompt });
    await bench.vendor.arrived(1);
    for (const [piece, gate] of gates.entries()) {
      await bench.clock.advance(119_999);
      gate.resolve();
      await call.until("output.delta", piece + 1);
      await bench.clock.advance(0);
    }
    expect(await answer).toMatchObject({ text: "x".repeat(3 * 2048) });
    expect(call.usage.retries).toBe(0);
  });
});

describe("money", () => {
  promise(
    "run.budget",
    "is reserved before the request, which carries no larger output limit, and settled after it",
    async () => {
      const usage = { inputTokens: 12, outputTokens: 34 };
      await using bench = await AskingBench.open([{ kind: "answer", text: "hi", usage }]);
      using call = bench.context();
      await bench.ask(call, { prompt });
      const sent = bench.vendor.seen[0]?.body["max_tokens"];
      expect(sent).toBe(4000);
      expect(bench.ledger.all).toMatchObject([{ state: "measured", ...usage, usd: 0.000352 }]);
      expect(call.usage).toMatchObject({ ...usage, usd: 0.000352, requests: 1, modelCalls: 1 });
      expect(call.of("model.answered")).toMatchObject([{ ...usage, usd: 0.000352, estimated: false }]);
    },
  );

  promise("run.budget", "sends an output limit no larger than what the budget leaves", async () => {
    await using bench = await AskingBench.open();
    using call = bench.context({ budget: { outputTokens: 50 } });
    await bench.ask(call, { prompt, maxOutputTokens: 3000 });
    expect(bench.vendor.seen[0]?.body["max_tokens"]).toBe(50);
  });

  test.each([
    ["a vendor that says nothing of its usage", { kind: "answer", text: "hi", usage: null }, "estimated"],
    ["an answer that is cut without time for another", { kind: "cut", text: "hel" }, "estimated"],
    ["a request that was refused", { kind: "status", status: 400 }, "measured"],
  ] as [string, Reply, string][])("settles %s", async (_name, reply, state) => {
    await using bench = await AskingBench.open([reply]);
    using call = bench.context({ leftMs: 2000 });
    await bench.ask(call, { prompt }).catch(() => undefined);
    const [row] = bench.ledger.all;
    expect(row).toMatchObject({ state });
    expect(row?.outputTokens).toBe(state === "estimated" ? 4000 : 0);
    expect(call.usage.outputTokens).toBe(row?.outputTokens);
  });

  promise("run.budget", "that is spent refuses the request before it is sent, and what was done is kept", async () => {
    await using bench = await AskingBench.open([], { perDay: { tokens: 5000 } });
    using first = bench.context({ call: "call-1" });
    using second = bench.context({ call: "call-2" });
    await bench.ask(first, { prompt });
    bench.vendor.reply({ kind: "hang" });
    using third = bench.context({ call: "call-3" });
    const hanging = expect(bench.ask(third, { prompt })).rejects.toMatchObject({ by: "caller" });
    await bench.vendor.arrived(2);
    await expect(bench.ask(second, { prompt })).rejects.toMatchObject({ code: "budget.exceeded" });
    expect(bench.vendor.seen).toHaveLength(2);
    third.abort.abort(new Cancelled("caller"));
    await hanging;
    expect(bench.ledger.all.map(({ state }) => state)).toEqual(["measured", "estimated"]);
  });
});

describe("an answer", () => {
  test.each([
    ["stop", /its answer is empty/],
    ["length", /used up its output limit before the answer began, expected a larger maxOutputTokens/],
  ])("that is empty (%s) is a fault and not a success, and is paid for once", async (finish, message) => {
    const usage = { inputTokens: 2, outputTokens: 1 };
    await using bench = await AskingBench.open([{ kind: "answer", text: "", reasoning: "hm", finish, usage }]);
    using call = bench.context();
    await expect(bench.ask(call, { prompt })).rejects.toMatchObject({
      code: "model.cut",
      message: expect.stringMatching(message),
    });
    expect(bench.ledger.all).toMatchObject([{ state: "measured" }]);
    expect(bench.vendor.seen).toHaveLength(1);
  });

  promise("run.no-silent-model", "names who was asked and, where the vendor says another, who answered", async () => {
    await using bench = await AskingBench.open([{ kind: "answer", text: "hi", model: "small-1-0930" }]);
    using call = bench.context();
    const answer = await bench.ask(call, { prompt });
    const named = { provider: "bench", model: "small-1", why: "the default of bench" };
    expect(answer).toEqual({ ...named, text: "hi", finish: "stop", answeredAs: "small-1-0930" });
    expect(call.usage.models).toEqual([named]);
    expect(call.of("model.requested")).toEqual([{ ...named, attempt: 1 }]);
  });

  promise("run.no-silent-model", "never comes from another model than the one that failed", async () => {
    await using bench = await AskingBench.open([{ kind: "status", status: 404 }]);
    using call = bench.context();
    await expect(bench.ask(call, { prompt, model: "small-9" })).rejects.toMatchObject({
      code: "model.unknown",
      facts: { model: "bench/small-9", near: expect.arrayContaining(["bench/small-1"]), told: expect.any(String) },
    });
    expect(bench.vendor.seen.map(({ body }) => body["model"])).toEqual(["small-9"]);
  });

  promise("leak.secret", "carries the key in no event, fault or result", async () => {
    const message = `the key ${benchKey} is over its limit`;
    await using bench = await AskingBench.open([
      { kind: "status", status: 429, headers: { "retry-after": "1" }, body: { error: { message } } },
      { kind: "raw", text: "", data: JSON.stringify({ error: { message } }) },
    ]);
    using call = bench.context();
    const result = bench.ask(call, { prompt });
    for (const count of [1, 2]) {
      await call.until("model.retried", count);
      await bench.clock.advance(10_000);
    }
    expect(JSON.stringify([await result, call.emitted, call.usage])).not.toContain(benchKey.slice(3, 12));
  });
});
