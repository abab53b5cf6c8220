import fc from "fast-check";
import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { TestCallContext, type TestCallContextParts } from "../../../test/support/call-context.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { MemoryLedger } from "../../../test/support/memory-ledger.ts";
import { SortableIds } from "../../base/ids.ts";
import { Budgets } from "./budgets.ts";
import type { Outcome, Want } from "./meter.ts";
import { nameModel } from "./name-model.ts";

/** A counterexample is told together with the assertion that failed on it. */
const told = { includeErrorInReport: true };
const dayMs = 86_400_000;
const price = { inputUsdPerMillion: 1, outputUsdPerMillion: 10 };
const want: Want = { provider: "bench", model: "small-1", inputTokens: 100, outputTokens: 1000, price };

/** Budgets over a ledger that the test can read, with a clock of its own. */
function bench(perDay: { usd?: number; tokens?: number } = {}) {
  const clock = new ManualClock();
  const ledger = new MemoryLedger();
  const budgets = new Budgets({ store: ledger, clock, ids: new SortableIds(clock), perDay: () => perDay });
  const context = (parts: Partial<TestCallContextParts> = {}) => new TestCallContext({ clock, ...parts });
  return { clock, ledger, budgets, context };
}

/** What it rejects with, or `undefined`. */
async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

promise(
  "run.budget",
  "a request is reserved before it is sent and settled at the vendor's usage after it",
  async () => {
    const { ledger, budgets, context } = bench();
    using call = context();
    const meter = budgets.meter(call);
    await using hold = await meter.reserve(want);
    expect(ledger.all).toMatchObject([
      {
        state: "reserved",
        call: "call-1",
        principal: "ada",
        tool: "chat",
        inputTokens: 100,
        outputTokens: 1000,
        usd: 0.0101,
      },
    ]);
    expect(await hold.settle({ inputTokens: 90, outputTokens: 10 })).toEqual({
      inputTokens: 90,
      outputTokens: 10,
      usd: 0.00019,
      estimated: false,
    });
    expect(ledger.all).toMatchObject([{ state: "measured", inputTokens: 90, outputTokens: 10, usd: 0.00019 }]);
    expect(call.usage).toMatchObject({ inputTokens: 90, outputTokens: 10, usd: 0.00019 });
  },
);

promise("run.budget", "what nobody settles is charged whole, as estimated, once", async () => {
  const { ledger, budgets, context } = bench();
  using call = context();
  const meter = budgets.meter(call);
  const hold = await meter.reserve(want);
  await hold[Symbol.asyncDispose]();
  await hold[Symbol.asyncDispose]();
  await hold.settle("free");
  expect(ledger.all).toMatchObject([{ state: "estimated", inputTokens: 100, outputTokens: 1000, usd: 0.0101 }]);
  expect(call.usage).toMatchObject({ outputTokens: 1000, estimated: 1 });
  const told = await meter.reserve(want);
  await told.settle({ inputTokens: 1, outputTokens: 1 });
  expect(call.usage).toMatchObject({ outputTokens: 1001, estimated: 1 });
});

promise(
  "run.budget",
  "a call asks models five times unless its budget says otherwise, and is told what it has used",
  async () => {
    const { budgets, context } = bench();
    using call = context();
    using frugal = context({ budget: { modelCalls: 1 } });
    const meter = budgets.meter(call);
    for (let count = 0; count < 5; count++) meter.modelCall(`prompt ${count}`);
    expect(() => meter.modelCall("one more")).toThrow(
      expect.objectContaining({
        code: "budget.exceeded",
        facts: expect.objectContaining({
          limit: "modelCalls",
          allowed: 5,
          spent: expect.objectContaining({ modelCalls: 5 }),
        }),
      }),
    );
    const other = budgets.meter(frugal);
    other.modelCall("a");
    expect(() => other.modelCall("b")).toThrow(expect.objectContaining({ code: "budget.exceeded" }));
  },
);

promise("run.budget", "requests side by side cannot spend together what each could spend alone", async () => {
  const amount = fc.record({ input: fc.nat(500), output: fc.integer({ min: 1, max: 500 }) });
  const outcome = fc.constantFrom<Outcome | "all">("free", "unknown", "all");
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(amount, outcome, fc.boolean()), { maxLength: 12 }), async (requests) => {
      const { ledger, budgets, context } = bench();
      using call = context({ budget: { inputTokens: 1500, outputTokens: 1500, usd: 0.01 } });
      const meter = budgets.meter(call);
      const open: (() => Promise<unknown>)[] = [];
      for (const [{ input, output }, how, atOnce] of requests) {
        const hold = await meter.reserve({ ...want, inputTokens: input, outputTokens: output }).catch(() => undefined);
        if (hold === undefined) continue;
        expect(hold.maxOutputTokens).toBeLessThanOrEqual(output);
        const used = { inputTokens: input, outputTokens: hold.maxOutputTokens };
        const settle = () => hold.settle(how === "all" ? used : how);
        if (atOnce) await settle();
        else open.push(settle);
        const sum = (part: "inputTokens" | "outputTokens" | "usd") =>
          ledger.all.reduce((total, row) => total + (row[part] ?? 0), 0);
        expect(sum("inputTokens")).toBeLessThanOrEqual(1500);
        expect(sum("outputTokens")).toBeLessThanOrEqual(1500);
        expect(sum("usd")).toBeLessThanOrEqual(0.01 + 1e-9);
      }
      for (const settle of open) await settle();
      expect(ledger.all.every(({ state }) => state !== "reserved")).toBe(true);
      expect(call.usage.outputTokens).toBe(ledger.all.reduce((total, row) => total + row.outputTokens, 0));
    }),
    told,
  );
});

promise(
  "run.budget",
  "the output limit shrinks to what the budget leaves, and the next request is refused with the numbers",
  async () => {
    const { budgets, context } = bench();
    using call = context({ budget: { outputTokens: 300 } });
    const meter = budgets.meter(call);
    const hold = await meter.reserve(want);
    expect(hold.maxOutputTokens).toBe(300);
    await hold.settle({ inputTokens: 100, outputTokens: 300 });
    expect(await failureOf(meter.reserve(want))).toMatchObject({
      code: "budget.exceeded",
      facts: { limit: "outputTokens", allowed: 300, left: 0, spent: { outputTokens: 300 } },
    });
  },
);

promise(
  "run.budget",
  "a model without a price is refused under a money budget, of the call or of the day",
  async () => {
    const unpriced = { ...want, price: null };
    const refused = { code: "budget.price-unknown", facts: { provider: "bench", model: "small-1" } };
    const byCall = bench();
    using call = byCall.context({ budget: { usd: 1 } });
    expect(await failureOf((await byCall.budgets.meter(call)).reserve(unpriced))).toMatchObject(refused);
    const byDay = bench({ usd: 1 });
    using other = byDay.context();
    expect(await failureOf((await byDay.budgets.meter(other)).reserve(unpriced))).toMatchObject(refused);
    expect([...byCall.ledger.all, ...byDay.ledger.all]).toEqual([]);
  },
);

test("without a money budget such a model runs, and its price stays unknown", async () => {
  const { budgets, context } = bench();
  using call = context();
  await using hold = await budgets.meter(call).reserve({ ...want, price: null });
  expect(await hold.settle({ inputTokens: 1, outputTokens: 1 })).toMatchObject({ usd: null });
  expect(call.usage.usd).toBeNull();
});

promise(
  "run.budget",
  "a principal's day ends at its limit over all its calls, for nobody else, and begins anew at midnight UTC",
  async () => {
    const { clock, budgets, context } = bench({ tokens: 2000 });
    using first = context({ call: "call-1" });
    using second = context({ call: "call-2" });
    using others = context({ call: "call-3", principal: "bob" });
    await budgets.meter(first).reserve(want);
    await clock.advance(1000);
    const meter = budgets.meter(second);
    expect(await failureOf(meter.reserve(want))).toMatchObject({
      code: "budget.exceeded",
      facts: { limit: "tokensPerDay", allowed: 2000, spent: 1100, needed: 1100 },
      retry: { safe: true, afterMs: dayMs - 1000 },
    });
    expect(second.account.left.inputTokens).toBe(Number.POSITIVE_INFINITY);
    await budgets.meter(others).reserve(want);
    await clock.advance(dayMs - 1000);
    await meter.reserve(want);
  },
);

promise("run.budget", "what no day can ever allow is refused for good, with what to lower", async () => {
  for (const perDay of [{ tokens: 1099 }, { usd: 0.01 }]) {
    const { budgets, context } = bench(perDay);
    using call = context();
    const refused = await failureOf(budgets.meter(call).reserve(want));
    expect(refused).toMatchObject({ code: "budget.exceeded", retry: { safe: false } });
    expect(refused).toHaveProperty(
      "message",
      expect.stringContaining("a shorter question or answer (maxOutputTokens)"),
    );
    expect(refused).not.toHaveProperty("retry.afterMs");
  }
});

promise("run.budget", "calls side by side under one call cannot spend together what it may", async () => {
  const { ledger, budgets, context } = bench();
  using parent = context({ call: "above", budget: { usd: 0.025, modelCalls: 3 } });
  using one = context({ call: "one", above: parent.account });
  using two = context({ call: "two", above: parent.account });
  const meters = [one, two].map((call) => budgets.meter(call));
  const holds = await Promise.all(
    [...meters, ...meters].map(async (meter) => await meter.reserve(want).catch(() => {})),
  );
  expect(holds.map((hold) => hold?.maxOutputTokens)).toEqual([1000, 1000, 470, undefined]);
  await Promise.all(holds.map(async (hold) => await hold?.settle("unknown")));
  expect(parent.usage).toMatchObject({ inputTokens: 300, outputTokens: 2470, usd: expect.closeTo(0.025) });
  expect(two.usage.outputTokens).toBe(1000);
  expect(ledger.all).toHaveLength(3);
  for (const [index, meter] of [...meters, ...meters].entries()) {
    const ask = () => meter.modelCall(`prompt ${index}`);
    if (index < 3) ask();
    else expect(ask).toThrow(expect.objectContaining({ facts: expect.objectContaining({ allowed: 3, left: 0 }) }));
  }
});

promise("run.loop", "a prompt may be put twice within a call, and not a third time; another one may", async () => {
  const { budgets, context } = bench();
  using call = context({ budget: { modelCalls: 10 } });
  const meter = budgets.meter(call);
  for (const prompt of ["same", "other", "same"]) meter.modelCall(prompt);
  expect(() => meter.modelCall("same")).toThrow(
    expect.objectContaining({ code: "call.looping", facts: { times: 2 }, retry: { safe: false } }),
  );
  meter.modelCall("other");
  expect(call.usage.modelCalls).toBe(4);
});

test("a part of a call takes from the call at once, and tells it whom it asked when it is over, once", async () => {
  const { budgets, context } = bench();
  using call = context({ budget: { outputTokens: 1500 } });
  budgets.meter(call);
  const asked = { provider: "bench", model: "small-1", why: "named" };
  const parts = [1, 2].map(() => budgets.part(call));
  for (const { meter, usage } of parts) {
    meter.modelCall("a");
    usage.requests++;
    nameModel(usage, asked);
  }
  const holds = await Promise.all(parts.map(async ({ meter }) => await meter.reserve(want)));
  expect(holds.map((hold) => hold.maxOutputTokens)).toEqual([1000, 500]);
  await Promise.all(holds.map(async (hold) => await hold.settle("unknown")));
  expect(call.usage).toMatchObject({ modelCalls: 2, outputTokens: 1500, requests: 0, models: [] });
  for (const part of [...parts, ...parts]) part[Symbol.dispose]();
  expect(call.usage).toMatchObject({ requests: 2, models: [asked] });
  expect(parts.map(({ usage }) => usage.outputTokens)).toEqual([1000, 500]);
});
