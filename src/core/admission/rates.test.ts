import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { Fault } from "../../protocol/fault.ts";
import type { PrincipalId, SessionId, TokenId } from "../../protocol/ids.ts";
import type { Caller } from "../tenants/caller.ts";
import { Rates } from "./rates.ts";
import { TokenBuckets } from "./token-buckets.ts";

function caller(principal: string, rest: Partial<Caller> = {}): Caller {
  return {
    principal: principal as PrincipalId,
    role: "user",
    token: "token" as TokenId,
    scopes: new Set(),
    tools: [],
    roots: [],
    expiresAt: null,
    client: "test",
    ...rest,
  };
}

function open() {
  const clock = new ManualClock();
  return { clock, rates: new Rates({ clock, perSecond: { starts: 2, requests: 4 }, connections: 2 }) };
}

/** How often `act` passes before it is refused, and with what. */
function passes(act: () => unknown): { times: number; fault: Fault | undefined } {
  for (let times = 0; times < 100; times += 1) {
    try {
      act();
    } catch (fault) {
      return { times, fault: fault instanceof Fault ? fault : undefined };
    }
  }
  return { times: 100, fault: undefined };
}

promise(
  "share.sessions",
  "a principal starts and asks so often in a second, over all its tokens and sessions",
  async () => {
    const { clock, rates } = open();
    const tokens = [caller("ada", { token: "one" as TokenId }), caller("ada", { session: "s" as SessionId })];
    let turn = 0;
    const next = () => tokens[turn++ % tokens.length] ?? caller("ada");
    expect(passes(() => rates.start(next()))).toMatchObject({ times: 2, fault: { code: "admission.rate" } });
    expect(passes(() => rates.request(next())).times).toBe(4);
    expect(passes(() => rates.start(caller("bob"))).times).toBe(2);
    await clock.advance(1000);
    expect(passes(() => rates.start(next())).times).toBe(2);
  },
);

promise("share.sessions", "a rate that is used up says after how long a repeat passes, and then it does", async () => {
  const { clock, rates } = open();
  const { fault } = passes(() => rates.start(caller("ada")));
  expect(fault?.retry).toEqual({ safe: true, afterMs: 500 });
  await clock.advance(499);
  expect(() => rates.start(caller("ada"))).toThrow(Fault);
  await clock.advance(1);
  rates.start(caller("ada"));
});

promise("share.sessions", "connections are counted by principal, and one closed twice makes room for one", () => {
  const { rates } = open();
  const first = rates.connection(caller("ada"));
  rates.connection(caller("ada", { client: "another" }));
  expect(() => rates.connection(caller("ada"))).toThrow(expect.objectContaining({ code: "session.limit" }));
  rates.connection(caller("bob"));
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  expect(passes(() => rates.connection(caller("ada"))).times).toBe(1);
});

test("the owner has no rates", () => {
  const { rates } = open();
  const owner = caller("owner", { role: "owner" });
  for (const act of [() => rates.start(owner), () => rates.request(owner), () => rates.connection(owner)]) {
    expect(passes(act).times).toBe(100);
  }
});

promise("leak.memory", "a principal that was silent for a second is not remembered by its rates", async () => {
  const clock = new ManualClock();
  const buckets = new TokenBuckets({ clock, perSecond: 5 });
  for (let i = 0; i < 1000; i++) buckets.take(`p${i}`);
  expect(buckets.size).toBe(1000);
  await clock.advance(1000);
  buckets.take("next");
  expect(buckets.size).toBe(1);
});
