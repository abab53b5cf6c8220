import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import type { ThreadId, TokenId } from "../../../protocol/ids.ts";
import type { SpendLimit } from "../spend.ts";
import {
  act,
  ann,
  begin,
  bob,
  callNamed,
  dayMs,
  finish,
  type OpenStore,
  reservation,
  startedAt,
  succeeded,
  token,
} from "./fixture.ts";

const c1 = callNamed("c1");

function limit(more: Partial<SpendLimit>): SpendLimit {
  return { principal: ann, since: startedAt, ...more };
}

/** Reserving and settling what model requests cost. */
export function spendContract(open: OpenStore): void {
  promise("run.budget", "reservations of one moment never exceed the limit together", async () => {
    await using opened = await open();
    const limits = [limit({ usd: 1 })];
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) => opened.store.reserve({ reservation: reservation(`r${n}`), limits })),
    );
    expect(answers.filter((answer) => answer.kind === "reserved")).toHaveLength(10);
    expect(answers.at(-1)).toEqual({
      kind: "exceeded",
      limit: limits[0],
      spentUsd: expect.closeTo(1),
      spentTokens: 1500,
    });
    expect(await opened.store.spentBy({ call: c1 })).toMatchObject({ requests: 10, usd: expect.closeTo(1) });
  });

  promise("run.budget", "every limit must hold; the one that does not is named", async () => {
    await using opened = await open();
    const fits = limit({ usd: 100 });
    const tight = limit({ tokens: 149 });
    const refused = await opened.store.reserve({ reservation: reservation("r1"), limits: [fits, tight] });
    expect(refused).toEqual({ kind: "exceeded", limit: tight, spentUsd: 0, spentTokens: 0 });
    const exact = await opened.store.reserve({
      reservation: reservation("r1"),
      limits: [fits, limit({ tokens: 150 })],
    });
    expect(exact).toEqual({ kind: "reserved" });
  });

  promise("leak.cross-tenant", "what others spend, and what was spent before, counts for no limit", async () => {
    await using opened = await open();
    const reserve = (id: string, more: object, limits: SpendLimit[] = []) =>
      opened.store.reserve({ reservation: reservation(id, more), limits });
    await reserve("r1", { principal: bob });
    await reserve("r2", { at: startedAt - 1 });
    expect(await reserve("r3", {}, [limit({ usd: 0.1 })])).toEqual({ kind: "reserved" });
    expect(await reserve("r4", {}, [limit({ usd: 0.1 })])).toMatchObject({ kind: "exceeded" });
  });

  test("what was settled counts instead of what was reserved, once", async () => {
    await using opened = await open();
    await opened.store.reserve({ reservation: reservation("r1"), limits: [] });
    await opened.store.settle({ id: "r1", inputTokens: 10, outputTokens: 5, usd: 0.02, estimated: false });
    await opened.store.settle({ id: "r1", inputTokens: 999, outputTokens: 999, usd: 9, estimated: false });
    await opened.store.settle({ id: "unknown", inputTokens: 1, outputTokens: 1, usd: 1, estimated: false });
    const used = { requests: 1, inputTokens: 10, outputTokens: 5, usd: 0.02 };
    expect(await opened.store.spentBy({ call: c1 })).toEqual({ modelCalls: 1, ...used });
    const store = await opened.reopen();
    const row = { day: "2026-01-01", principal: "ann", tool: "chat", provider: "glm", model: "glm-5" };
    expect(await store.spend({ since: 0 })).toEqual([{ ...row, ...used }]);
  });

  test("a retry is a request and no model call", async () => {
    await using opened = await open();
    for (const [id, modelCalls] of [
      ["r1", 1],
      ["r2", 0],
      ["r3", 1],
    ] as const)
      await opened.store.reserve({ reservation: reservation(id, { modelCalls }), limits: [] });
    expect(await opened.store.spentBy({ call: c1 })).toMatchObject({ modelCalls: 2, requests: 3 });
  });

  test("where no usage came, the reservation itself is charged", async () => {
    await using opened = await open();
    await opened.store.reserve({ reservation: reservation("r1"), limits: [] });
    await opened.store.settle({ id: "r1", inputTokens: 0, outputTokens: 0, usd: 0, estimated: true });
    const charged = { requests: 1, estimated: 1, inputTokens: 100, outputTokens: 50, usd: 0.1 };
    expect(await opened.store.spentBy({ call: c1 })).toMatchObject(charged);
    expect(await opened.store.spend({ since: 0 })).toMatchObject([charged]);
  });

  test("what a crash left reserved is charged, once", async () => {
    await using opened = await open();
    await opened.store.reserve({ reservation: reservation("r1"), limits: [] });
    await opened.store.reserve({ reservation: reservation("r2", { call: callNamed("c2") }), limits: [] });
    await opened.store.reserve({ reservation: reservation("r3", { call: callNamed("c3") }), limits: [] });
    expect(await opened.store.spend({ since: 0 })).toEqual([]);
    const store = await opened.reopen();
    expect(await store.settleAll()).toBe(3);
    expect(await store.settleAll()).toBe(0);
    expect(await store.spend({ since: 0 })).toMatchObject([{ requests: 3, inputTokens: 300 }]);
  });

  test("spend is told by day and model, of one principal or of all", async () => {
    await using opened = await open();
    const put = async (id: string, more: object) => {
      await opened.store.reserve({ reservation: reservation(id, more), limits: [] });
      await opened.store.settle({ id, inputTokens: 1, outputTokens: 2, usd: 0.5, estimated: false });
    };
    await put("r1", {});
    await put("r2", {});
    await put("r3", { at: startedAt + dayMs });
    await put("r4", { model: "other" });
    await put("r5", { principal: bob });
    const brief = async (request: { principal?: typeof ann; since: number }) =>
      (await opened.store.spend(request)).map((row) => [row.day, row.principal, row.model, row.requests, row.usd]);
    expect(await brief({ since: 0 })).toEqual([
      ["2026-01-01", "ann", "glm-5", 2, 1],
      ["2026-01-01", "ann", "other", 1, 0.5],
      ["2026-01-01", "bob", "glm-5", 1, 0.5],
      ["2026-01-02", "ann", "glm-5", 1, 0.5],
    ]);
    expect(await brief({ principal: bob, since: 0 })).toEqual([["2026-01-01", "bob", "glm-5", 1, 0.5]]);
    expect(await brief({ since: startedAt + 1 })).toEqual([["2026-01-02", "ann", "glm-5", 1, 0.5]]);
  });

  test("one request without a price makes the sum unknown, not zero", async () => {
    await using opened = await open();
    await opened.store.reserve({ reservation: reservation("r1"), limits: [] });
    await opened.store.reserve({ reservation: reservation("r2", { usd: null }), limits: [] });
    expect(await opened.store.spentBy({ call: c1 })).toEqual({
      modelCalls: 2,
      requests: 2,
      inputTokens: 200,
      outputTokens: 100,
      usd: null,
    });
    await opened.store.settleAll();
    expect(await opened.store.spend({ since: 0 })).toMatchObject([{ requests: 2, usd: null }]);
    const none = { modelCalls: 0, requests: 0, inputTokens: 0, outputTokens: 0, usd: 0 };
    expect(await opened.store.spentBy({ call: callNamed("c9") })).toEqual(none);
  });

  promise("run.budget", "what a token may spend a day holds for its own calls, and for no other's", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.putToken({ token: token("t1", { usdPerDay: 0.25 }) });
    await store.putToken({ token: token("t2", { tokensPerDay: 150 }) });
    const reserve = async (id: string, more: object) =>
      await store.reserve({ reservation: reservation(id, more), limits: [] });
    const kinds = async (name: string, at = startedAt) =>
      (await Promise.all([1, 2, 3].map((n) => reserve(`${name}-${n}-${at}`, { token: name, at })))).map(
        ({ kind }) => kind,
      );
    expect(await kinds("t1")).toEqual(["reserved", "reserved", "exceeded"]);
    expect(await reserve("again", { token: "t1" })).toMatchObject({ limit: { token: "t1", usd: 0.25 }, spentUsd: 0.2 });
    expect(await kinds("t2")).toEqual(["reserved", "exceeded", "exceeded"]);
    expect(await kinds("t9")).toEqual(["reserved", "reserved", "reserved"]);
    expect(await kinds("t1", startedAt + dayMs)).toEqual(["reserved", "reserved", "exceeded"]);
  });

  promise("run.budget", "what a token may spend a day goes on under every token that replaces it", async () => {
    await using opened = await open();
    const { store } = opened;
    const fit = { usdPerDay: 0.35 };
    await store.putToken({ token: token("t1", fit) });
    const replace = (old: string, by: string) => {
      const end = { id: old as TokenId, expiresAt: startedAt + dayMs, audit: act("token.ends") };
      return store.rotateToken({ token: token(by, fit), audit: act("token.rotated"), old: end });
    };
    const reserve = async (id: string, of: string, at = startedAt) => {
      const asked = reservation(id, { token: of as TokenId, at });
      return (await store.reserve({ reservation: asked, limits: [] })).kind;
    };
    expect(await reserve("r1", "t1")).toBe("reserved");
    await replace("t1", "t2");
    expect(await reserve("r2", "t2")).toBe("reserved");
    await replace("t2", "t3");
    expect(await reserve("r3", "t3")).toBe("reserved");
    // Within the overlap each of them is good, and together they spend as one.
    for (const of of ["t1", "t2", "t3"]) expect(await reserve(`after-${of}`, of)).toBe("exceeded");
    expect(await reserve("r4", "t3", startedAt + dayMs)).toBe("reserved");
  });

  promise("run.budget", "what has no price is refused under any limit of money, and under none of tokens", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.putToken({ token: token("t1", { usdPerDay: 100 }) });
    await store.putToken({ token: token("t2", { tokensPerDay: 1000 }) });
    const reserve = async (id: string, more: object, limits: SpendLimit[] = []) =>
      await store.reserve({ reservation: reservation(id, { usd: null, ...more }), limits });
    const money = limit({ usd: 100 });
    expect(await reserve("r1", {}, [money])).toEqual({ kind: "unpriced", limit: money });
    expect(await reserve("r2", { token: "t1" })).toMatchObject({ kind: "unpriced", limit: { token: "t1", usd: 100 } });
    expect(await reserve("r3", { token: "t2" }, [limit({ tokens: 1000 })])).toEqual({ kind: "reserved" });
    expect(await store.spentBy({ call: c1 })).toMatchObject({ requests: 1, usd: null });
  });

  promise("run.budget", "what the calls below a call used is what it used", async () => {
    await using opened = await open();
    const { store } = opened;
    await begin(store, "c1");
    await begin(store, "below", { parent: c1 });
    await begin(store, "deeper", { parent: callNamed("below") });
    for (const call of ["c1", "below", "deeper", "beside"].map(callNamed))
      await store.reserve({ reservation: reservation(`of-${call}`, { call }), limits: [] });
    expect(await store.spentBy({ call: c1 })).toMatchObject({ requests: 3, inputTokens: 300 });
    expect(await store.spentBy({ call: callNamed("below") })).toMatchObject({ requests: 2 });
  });

  promise(
    "run.budget",
    "what a call used is remembered while it runs, whatever below it is old, too much or deleted",
    async () => {
      await using opened = await open();
      const { store } = opened;
      const { fence } = await begin(store, "c1");
      const thread = "below" as ThreadId;
      await finish(store, "below", { parent: c1 });
      await finish(store, "deeper", { parent: callNamed("below") });
      const turns = [{ role: "user" as const, text: "a", more: "{}" }];
      const said = { thread, principal: ann, call: callNamed("below"), tool: "chat", at: startedAt, title: "a", turns };
      await store.recordTurns(said);
      for (const call of ["below", "deeper"].map(callNamed))
        await store.reserve({ reservation: reservation(`of-${call}`, { call }), limits: [] });
      const sweep = { elsewhere: [], keep: [], now: startedAt };
      const old = { ...sweep, endedBefore: startedAt + 1, maxBytes: Number.MAX_SAFE_INTEGER };
      const much = { ...sweep, endedBefore: 0, maxBytes: 0 };
      expect((await store.sweep(old)).calls).toEqual([]);
      expect(await store.deleteThread({ thread, principal: ann })).toBe("busy");
      expect((await store.sweep(much)).calls).toEqual([]);
      expect(await store.spentBy({ call: c1 })).toMatchObject({ requests: 2, inputTokens: 200 });
      await store.append({ call: c1, fence, entries: [succeeded()] });
      expect((await store.sweep(old)).calls.toSorted()).toEqual(["below", "c1", "deeper"]);
    },
  );
}
