import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import type { SessionId, ThreadId, TokenId } from "../../../protocol/ids.ts";
import { bytesIn } from "../holding.ts";
import { type Entry, firstFence, type Store, type Sweep } from "../store.ts";
import {
  act,
  ann,
  begin,
  bob,
  callNamed,
  dayMs,
  entry,
  finish,
  newCall,
  newSession,
  type OpenStore,
  principal,
  reservation,
  startedAt,
  succeeded,
  token,
} from "./fixture.ts";

function sweep(store: Store, more: Partial<Sweep> = {}): ReturnType<Store["sweep"]> {
  return store.sweep({
    endedBefore: 0,
    maxBytes: Number.MAX_SAFE_INTEGER,
    elsewhere: [],
    keep: [],
    now: startedAt,
    ...more,
  });
}

async function ids(store: Store): Promise<string[]> {
  return (await store.calls({ limit: 100 })).map((row) => row.id);
}

/** What goes, and what stays. */
export function retentionContract(open: OpenStore): void {
  promise(
    "leak.disk",
    "ended calls go when they are old, with journal and key; what runs or is kept stays",
    async () => {
      await using opened = await open();
      const { store } = opened;
      const key = { value: "k1", covers: "hash" };
      await finish(store, "c1", { key });
      await finish(store, "c2");
      await finish(store, "c3", { at: startedAt + 100 });
      await begin(store, "c4");
      const swept = await sweep(store, { endedBefore: startedAt + 100, keep: [callNamed("c2")] });
      expect(swept).toEqual({ calls: ["c1"], threads: 0, bytes: expect.any(Number), left: expect.any(Array) });
      expect(swept.bytes).toBeGreaterThan(0);
      expect(await ids(store)).toEqual(["c4", "c3", "c2"]);
      expect(await store.journal({ call: callNamed("c1"), after: 0, maxBytes: 1 })).toEqual({ head: 0, rows: [] });
      // Neither its key nor its number is in use any more, in any table.
      await expect(store.accept(newCall("c1", { key }))).resolves.toMatchObject({ kind: "new" });
      expect((await store.journal({ call: callNamed("c1"), after: 0, maxBytes: 1000 })).rows).toHaveLength(1);
      expect(await sweep(store, { endedBefore: startedAt + 100, keep: [callNamed("c2")] })).toEqual({
        calls: [],
        threads: 0,
        bytes: 0,
        left: [{ principal: ann, bytes: expect.any(Number) }],
      });
    },
  );

  promise("leak.disk", "what each write says that it takes is what a sweep counts, whatever is written", async () => {
    await using opened = await open();
    const { store } = opened;
    const input = JSON.stringify({ text: 'a\nb "quoted" \u2028' });
    const taken: unknown[] = [await store.accept(newCall("c1", { input }))];
    const held = async () => bytesIn((await sweep(store)).left);
    const told = () => bytesIn(taken as { bytes: number }[]);
    expect(await held()).toBe(told());
    const write = async (entries: Entry[], dropDeltas = false) =>
      taken.push(await store.append({ call: callNamed("c1"), fence: firstFence, entries, dropDeltas }));
    await write([entry("call.started", { attempt: 1 })]);
    await write([entry("output.delta", { text: "x".repeat(900) })]);
    expect(await held()).toBe(told());
    const turns = [{ role: "user" as const, text: 'say "this"\n', more: "{}" }];
    const talk = { thread: "talk" as ThreadId, principal: ann, at: startedAt };
    taken.push(await store.recordTurns({ ...talk, call: callNamed("c1"), tool: "chat", title: "this", turns }));
    taken.push(await store.copyThread({ ...talk, from: talk.thread, to: "copy" as ThreadId, turns: 1 }));
    expect(await held()).toBe(told());
    await write([succeeded()], true);
    expect(taken.at(-1)).toMatchObject({ kind: "ok", bytes: expect.any(Number) });
    expect(await held()).toBe(told());
  });

  promise("leak.disk", "beyond the size the oldest ended calls go, and no more of them than must", async () => {
    await using opened = await open();
    const { store } = opened;
    const input = JSON.stringify("x".repeat(1000));
    for (const n of [1, 2, 3, 4, 5]) await finish(store, `c${n}`, { at: startedAt + n, input });
    await begin(store, "c6", { input });
    expect((await sweep(store, { maxBytes: 10_000 })).calls).toEqual([]);
    expect((await sweep(store, { maxBytes: 4_800, keep: [callNamed("c1")] })).calls).toEqual(["c2", "c3"]);
    expect((await sweep(store, { maxBytes: 0 })).calls).toEqual(["c1", "c4", "c5"]);
    expect(await ids(store)).toEqual(["c6"]);
  });

  promise("leak.disk", "beyond the size those of whoever holds most go, and another's history stays", async () => {
    await using opened = await open();
    const { store } = opened;
    const input = JSON.stringify("x".repeat(1000));
    for (const n of [1, 2]) await finish(store, `a${n}`, { at: startedAt + n, input, principal: bob });
    for (const n of [1, 2, 3, 4, 5]) await finish(store, `c${n}`, { at: startedAt + 10 + n, input });
    await begin(store, "d1", { input });
    const { calls, left } = await sweep(store, { maxBytes: 4_650 });
    expect(calls).toEqual(["c1", "c2", "c3", "c4"]);
    expect(bytesIn(left)).toBeGreaterThan(4_000);
    expect(bytesIn(left)).toBeLessThan(5_000);
    expect(await ids(store)).toEqual(["d1", "c5", "a2", "a1"]);
    // What cannot go makes room with nobody who holds no more than an equal share.
    await begin(store, "e1", { input: JSON.stringify("x".repeat(20_000)) });
    expect((await sweep(store, { maxBytes: 8_000 })).calls).toEqual(["c5"]);
    expect(await ids(store)).toEqual(["e1", "d1", "a2", "a1"]);
  });

  promise("leak.disk", "the bytes of dropped deltas and of removed principals no longer count", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.putPrincipal({ principal: principal(ann) });
    await finish(store, "c1", { input: "x".repeat(10_000) });
    await store.removePrincipal({ id: ann, audit: act("remove") });
    const { fence } = await begin(store, "c2");
    const delta = { type: "output.delta" as const, at: startedAt, data: JSON.stringify({ text: "x".repeat(10_000) }) };
    await store.append({ call: callNamed("c2"), fence, entries: [delta] });
    await store.append({ call: callNamed("c2"), fence, entries: [succeeded()], dropDeltas: true });
    expect((await sweep(store, { maxBytes: 5_000 })).calls).toEqual([]);
    expect((await sweep(store, { maxBytes: 0 })).calls).toEqual(["c2"]);
  });

  test("a sweep is a step: much to remove goes in several", async () => {
    await using opened = await open();
    const { store } = opened;
    await Promise.all(Array.from({ length: 450 }, (_, n) => finish(store, `c${1000 + n}`)));
    const counts: number[] = [];
    for (;;) {
      const { calls } = await sweep(store, { endedBefore: startedAt + 1 });
      if (calls.length === 0) break;
      counts.push(calls.length);
    }
    expect(counts.length).toBeGreaterThan(1);
    expect(counts.reduce((sum, count) => sum + count)).toBe(450);
  });

  test("calls that are kept do not hide older ones behind them", async () => {
    await using opened = await open();
    const { store } = opened;
    const keep = Array.from({ length: 520 }, (_, n) => callNamed(`c${1000 + n}`));
    await Promise.all(keep.map((id) => finish(store, id)));
    await finish(store, "d1");
    expect((await sweep(store, { endedBefore: startedAt + 1, keep })).calls).toEqual(["d1"]);
  });

  promise("leak.disk", "sessions, tickets and tokens go once their time is over", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.putSession(newSession("s1", { expiresAt: startedAt }));
    await store.putSession(newSession("s2", { expiresAt: startedAt + 1 }));
    await store.putTicket({ hash: "h1", token: "t1" as TokenId, principal: ann, expiresAt: startedAt });
    await store.putToken({ token: token("t1", { revokedAt: startedAt - 10 }) });
    await store.putToken({ token: token("t2", { expiresAt: startedAt - 10 }) });
    await store.putToken({ token: token("t3", { expiresAt: startedAt }) });
    await store.putToken({ token: token("t4") });
    await sweep(store, { endedBefore: startedAt - 5 });
    expect(await store.session({ session: "s1" as SessionId })).toBeUndefined();
    expect(await store.session({ session: "s2" as SessionId })).toBeDefined();
    expect(await store.takeTicket({ hash: "h1", now: startedAt - 1 })).toBeUndefined();
    expect((await store.tokens({})).map((row) => row.id)).toEqual(["t3", "t4"]);
  });

  promise("auth.expiry", "what came of a token by way of one that is gone ends with it all the same", async () => {
    await using opened = await open();
    const { store } = opened;
    const audit = { at: startedAt, principal: ann, act: "test", facts: "{}" };
    for (const id of ["t1", "u1"]) await store.putToken({ token: token(id) });
    const rotations = [
      ["t2", "u1", "t1"],
      ["t3", "t2", "t2"],
      ["t4", "t3", "t3"],
    ] as const;
    for (const [by, id, maker] of rotations) {
      const old = { id: id as TokenId, expiresAt: startedAt, audit };
      await store.rotateToken({ token: token(by), audit, old, maker: maker as TokenId });
    }
    await sweep(store, { endedBefore: startedAt + 1 });
    expect((await store.tokens({})).map(({ id }) => id)).toEqual(["t1", "t4"]);
    const ended = await store.endToken({ id: "t1" as TokenId, revokedAt: startedAt, audit });
    expect(ended.map(({ id }) => id)).toEqual(["t1", "t4"]);
  });

  promise("leak.disk", "spend is folded by day once its calls are gone, and no sum changes with that", async () => {
    await using opened = await open();
    const { store } = opened;
    await finish(store, "c1");
    for (const [n, more] of [{}, { usd: null, model: "free" }, { call: callNamed("c9") }, {}].entries()) {
      await store.reserve({ reservation: reservation(`r${n}`, more), limits: [] });
      if (n < 3) await store.settle({ id: `r${n}`, inputTokens: 0, outputTokens: 0, usd: 0, estimated: true });
    }
    const sums = async () => (await store.spend({ since: 0 })).map(({ estimated: _estimated, ...row }) => row);
    const before = await sums();
    for (const endedBefore of [startedAt, startedAt + dayMs, startedAt + 2 * dayMs]) {
      await sweep(store, { endedBefore });
      expect(await sums()).toEqual(before);
    }
    const limits = [{ principal: ann, since: startedAt, usd: 0.3 }];
    const refused = await store.reserve({ reservation: reservation("r9"), limits });
    expect(refused).toMatchObject({ kind: "exceeded", spentUsd: expect.closeTo(0.3), spentTokens: 600 });
  });
}
