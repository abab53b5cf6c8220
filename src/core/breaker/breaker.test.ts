import { describe, expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { Fault, type FaultCode } from "../../protocol/fault.ts";
import { Breaker } from "./breaker.ts";

function fault(code: FaultCode) {
  return new Fault(code, "Cannot answer: it fails, expected an answer").view();
}

function breakerOn(clock: ManualClock): Breaker {
  const isTrouble = ({ code }: { code: FaultCode }) => code !== "model.refused";
  const account = "bench:default";
  return new Breaker({ clock, what: account, facts: { account }, code: "model.breaker-open", isTrouble });
}

function failed(breaker: Breaker, times: number, code: FaultCode = "model.unavailable"): void {
  for (let count = 0; count < times; count++) breaker.pass().failed(fault(code));
}

describe("a breaker", () => {
  promise("run.breaker", "opens after five failures in a row, and tells when the next try is", () => {
    const breaker = breakerOn(new ManualClock());
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
    const breaker = breakerOn(new ManualClock());
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
      const breaker = breakerOn(clock);
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

  test("does not open for what is no trouble", () => {
    const breaker = breakerOn(new ManualClock());
    failed(breaker, 20, "model.refused");
    expect(breaker.view()).toEqual({ state: "closed" });
  });

  promise("run.breaker", "that is half-open lets one request through, and what comes of it decides", async () => {
    const clock = new ManualClock();
    const breaker = breakerOn(clock);
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
    const breaker = breakerOn(clock);
    failed(breaker, 5);
    await clock.advance(30_000);
    breaker.pass()[Symbol.dispose]();
    breaker.pass().worked();
    expect(breaker.view().state).toBe("closed");
  });

  test("rests no longer than five minutes, however often it opens again", async () => {
    const clock = new ManualClock();
    const breaker = breakerOn(clock);
    failed(breaker, 5);
    for (let again = 0; again < 8; again++) {
      await clock.advance(300_000);
      failed(breaker, 1);
    }
    expect(breaker.view().retryAfterMs).toBe(300_000);
  });
});
