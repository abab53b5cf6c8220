import { expect } from "vitest";
import { promise } from "../../../test/promise.ts";
import { StandingClock } from "../../../test/support/standing-clock.ts";
import { Fault, type FaultDetails } from "../../protocol/fault.ts";
import { Health } from "./health.ts";

const account = "bench:default";

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
    for (let count = 0; count < 20; count++) fail(1500);
    expect(health.view(account)).toEqual({ state: "closed", slots: 4 });
    for (let count = 0; count < 4; count++) fail(1500, { status: 503 });
    fail(0);
    expect(health.view(account).state).toBe("open");
    expect(clock.waiting).toBe(0);
  },
);
