import { describe, expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { AskingBench } from "../../../test/support/asking-bench.ts";
import { StandingClock } from "../../../test/support/standing-clock.ts";
import type { Reply } from "../../../test/support/vendor-server.ts";
import { Fault, type FaultCode, type FaultDetails } from "../../protocol/fault.ts";
import { Health } from "./health.ts";

const account = "bench:default";
const broken: Reply = { kind: "status", status: 500 };

function fault(code: FaultCode) {
  return new Fault(code, "Cannot answer: it fails, expected an answer").view();
}

function cut(facts: FaultDetails["facts"] = {}) {
  return new Fault("model.cut", "Cannot answer: the connection is gone, expected an answer", { facts }).view();
}

promise(
  "run.breaker",
  "what fails while this process stood still says nothing about a provider, unless that said it itself",
  async () => {
    const clock = new StandingClock();
    const health = new Health({ clock, slots: { slotsOf: () => 4, allow() {} } });
    const fail = (standsStillMs: number, facts?: FaultDetails["facts"]) => {
      using pass = health.pass(account);
      clock.standStill(standsStillMs);
      pass.failed(cut(facts));
    };
    for (let count = 0; count < 4; count++) fail(1500);
    expect(health.view(account)).toEqual({ state: "closed", slots: 4 });
    for (let count = 0; count < 4; count++) fail(1500, { status: 503 });
    fail(0);
    expect(health.view(account).state).toBe("open");
    expect(clock.waiting).toBe(0);
  },
);

promise("run.breaker", "no pause excuses what a provider fails at long after it", async () => {
  const clock = new StandingClock();
  const health = new Health({ clock, slots: { slotsOf: () => 4, allow() {} } });
  for (let count = 0; count < 5; count++) {
    using pass = health.pass(account);
    clock.standStill(1500);
    await clock.advance(60_000);
    pass.failed(cut());
  }
  expect(health.view(account).state).toBe("open");
});

test.each(["model.limited", "model.refused", "model.credentials", "model.unknown"] as const)(
  "no breaker opens for %s, which a provider in order says",
  (code) => {
    const health = new Health({ clock: new StandingClock(), slots: { slotsOf: () => 4, allow() {} } });
    for (let count = 0; count < 20; count++) {
      using pass = health.pass(account);
      pass.failed(fault(code));
    }
    expect(health.view(account).state).toBe("closed");
  },
);

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
