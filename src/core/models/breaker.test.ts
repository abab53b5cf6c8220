import { describe, expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { AskingBench } from "../../../test/support/asking-bench.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import type { Reply } from "../../../test/support/vendor-server.ts";
import { Fault, type FaultCode } from "../../protocol/fault.ts";
import { Breaker } from "./breaker.ts";

const broken: Reply = { kind: "status", status: 500 };

function fault(code: FaultCode) {
  return new Fault(code, "Cannot answer: it fails, expected an answer").view();
}

function failed(breaker: Breaker, times: number, code: FaultCode = "model.unavailable"): void {
  for (let count = 0; count < times; count++) breaker.pass().failed(fault(code));
}

describe("a breaker", () => {
  promise("run.breaker", "opens after five failures in a row, and tells when the next try is", () => {
    const breaker = new Breaker({ clock: new ManualClock(), account: "bench:default" });
    failed(breaker, 4);
    expect(breaker.view()).toMatchObject({ state: "closed", lastFault: { code: "model.unavailable" } });
    failed(breaker, 1);
    expect(breaker.view()).toMatchObject({ state: "open", retryAfterMs: 30_000 });
    expect(() => breaker.pass()).toThrow(
      expect.objectContaining({
        code: "model.breaker-open",
        retry: { safe: true, afterMs: 30_000 },
        facts: { account: "bench:default", failures: 5, last: "model.unavailable" },
      }),
    );
  });

  test("counts failures in a row: a success between them begins anew", () => {
    const breaker = new Breaker({ clock: new ManualClock(), account: "bench:default" });
    failed(breaker, 4);
    breaker.pass().worked();
    failed(breaker, 4);
    expect(breaker.view().state).toBe("closed");
  });

  promise(
    "run.breaker",
    "takes what fails at once for one failure: requests that were under way together",
    async () => {
      const clock = new ManualClock();
      const breaker = new Breaker({ clock, account: "bench:default" });
      const together = () => Array.from({ length: 20 }, () => breaker.pass());
      for (const pass of together()) pass.failed(fault("model.cut"));
      expect(breaker.view().state).toBe("closed");
      const spread = together();
      for (const pass of spread.slice(0, 3)) {
        pass.failed(fault("model.silent"));
        await clock.advance(1000);
      }
      expect(breaker.view().state).toBe("closed");
      for (const pass of together()) pass.failed(fault("model.cut"));
      expect(breaker.view().state).toBe("open");
    },
  );

  test.each(["model.limited", "model.refused", "model.credentials", "model.unknown"] as const)(
    "does not open for %s, which a provider in order says",
    (code) => {
      const breaker = new Breaker({ clock: new ManualClock(), account: "bench:default" });
      failed(breaker, 20, code);
      expect(breaker.view()).toEqual({ state: "closed" });
    },
  );

  promise("run.breaker", "that is half-open lets one request through, and what comes of it decides", async () => {
    const clock = new ManualClock();
    const breaker = new Breaker({ clock, account: "bench:default" });
    failed(breaker, 5);
    await clock.advance(30_000);
    expect(breaker.view().state).toBe("half-open");
    const first = breaker.pass();
    expect(() => breaker.pass()).toThrow(expect.objectContaining({ code: "model.breaker-open" }));
    first.failed(fault("model.silent"));
    expect(breaker.view()).toMatchObject({ state: "open", retryAfterMs: 60_000 });
    await clock.advance(60_000);
    breaker.pass().worked();
    expect(breaker.view()).toEqual({ state: "closed" });
    breaker.pass()[Symbol.dispose]();
  });

  test("that is half-open lets the next one through where the first ended without a verdict", async () => {
    const clock = new ManualClock();
    const breaker = new Breaker({ clock, account: "bench:default" });
    failed(breaker, 5);
    await clock.advance(30_000);
    breaker.pass()[Symbol.dispose]();
    breaker.pass().worked();
    expect(breaker.view().state).toBe("closed");
  });

  test("rests no longer than five minutes, however often it opens again", async () => {
    const clock = new ManualClock();
    const breaker = new Breaker({ clock, account: "bench:default" });
    failed(breaker, 5);
    for (let again = 0; again < 8; again++) {
      await clock.advance(300_000);
      failed(breaker, 1);
    }
    expect(breaker.view().retryAfterMs).toBe(300_000);
  });
});

describe("a provider that fails", () => {
  promise(
    "run.breaker",
    "is not asked again until its time has come: the fault is typed and no answer is empty",
    async () => {
      await using bench = await AskingBench.open(Array.from({ length: 5 }, () => broken));
      using first = bench.context({ call: "call-1" });
      const failing = expect(bench.ask(first, { prompt: "a" })).rejects.toMatchObject({ code: "model.unavailable" });
      for (const count of [1, 2, 3]) {
        await first.until("model.retried", count);
        await bench.clock.advance(60_000);
      }
      await failing;
      using second = bench.context({ call: "call-2" });
      const opening = expect(bench.ask(second, { prompt: "b" })).rejects.toMatchObject({
        code: "model.breaker-open",
        facts: { account: "bench:default", last: "model.unavailable" },
      });
      await second.until("model.retried");
      await bench.clock.advance(1000);
      await opening;
      expect(bench.vendor.seen).toHaveLength(5);
      using third = bench.context({ call: "call-3" });
      await expect(bench.ask(third, { prompt: "c" })).rejects.toMatchObject({ code: "model.breaker-open" });
      expect(bench.vendor.seen).toHaveLength(5);
      expect(third.slots).toEqual([]);
      expect(third.usage).toMatchObject({ requests: 0, usd: 0 });
      await bench.clock.advance(30_000);
      using fourth = bench.context({ call: "call-4" });
      expect(await bench.ask(fourth, { prompt: "d" })).toMatchObject({ text: "echo: d" });
    },
  );

  promise("run.breaker", "leaves the others alone: each account has its own", async () => {
    await using bench = await AskingBench.open();
    for (let count = 0; count < 5; count++)
      bench.models.health.pass("bench:default").failed(fault("model.unavailable"));
    using call = bench.context();
    await expect(bench.ask(call, { prompt: "a", model: "spare" })).resolves.toMatchObject({ provider: "spare" });
  });
});

describe("another model", () => {
  promise("run.no-silent-model", "answers only where the policy names it, and the answer says so", async () => {
    const fallbacks = new Map([["bench/small-1", ["spare"]]]);
    await using bench = await AskingBench.open([broken], { fallbacks });
    using call = bench.context({ leftMs: 2000 });
    const answer = await bench.ask(call, { prompt: "a" });
    const why = "fallback for bench/small-1 by the setting EXAI_MODEL_FALLBACKS: model.unavailable";
    expect(answer).toMatchObject({ provider: "spare", model: "large-1", why, text: "echo: a" });
    expect(call.usage.models.map(({ provider }) => provider)).toEqual(["bench", "spare"]);
    expect(call.usage.modelCalls).toBe(2);
  });

  test("that cannot take the question is passed over, and where none can, the first failure is told with theirs", async () => {
    const fallbacks = new Map([["bench", ["absent/a", "spare/large-9", "spare"]]]);
    await using bench = await AskingBench.open([broken, broken], { fallbacks, perDay: { usd: 1 } });
    bench.spare.reply({ kind: "answer", text: "hi" }, { kind: "status", status: 401 });
    using first = bench.context({ call: "call-1", leftMs: 2000 });
    using second = bench.context({ call: "call-2", leftMs: 2000 });
    expect(await bench.ask(first, { prompt: "a" })).toMatchObject({ provider: "spare", model: "large-1" });
    await expect(bench.ask(second, { prompt: "a" })).rejects.toMatchObject({
      code: "model.unavailable",
      facts: {
        provider: "bench",
        tries: 1,
        fallbacks: [
          { model: "absent/a", code: "model.unknown" },
          { model: "spare/large-9", code: "budget.price-unknown" },
          { model: "spare", code: "model.credentials" },
        ],
      },
    });
  });

  promise("run.no-silent-model", "does not answer where the policy names none", async () => {
    await using bench = await AskingBench.open([broken]);
    using call = bench.context({ leftMs: 2000 });
    await expect(bench.ask(call, { prompt: "a" })).rejects.toMatchObject({ code: "model.unavailable" });
    expect(bench.spare.seen).toEqual([]);
  });

  promise("run.no-silent-model", "does not answer for a request that was refused", async () => {
    const fallbacks = new Map([["bench", ["spare"]]]);
    await using bench = await AskingBench.open([{ kind: "status", status: 400 }], { fallbacks });
    using call = bench.context();
    await expect(bench.ask(call, { prompt: "a" })).rejects.toMatchObject({ code: "model.refused" });
    expect(bench.spare.seen).toEqual([]);
  });
});
