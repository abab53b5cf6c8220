import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import type { PrincipalId, SessionId, TokenId } from "../../../protocol/ids.ts";
import {
  act,
  ann,
  begin,
  bob,
  callNamed,
  dayMs,
  finish,
  newSession,
  type OpenStore,
  principal,
  reservation,
  startedAt,
  token,
} from "./fixture.ts";

const t1 = "t1" as TokenId;
const t2 = "t2" as TokenId;

/** Principals and tokens. */
export function tenantsContract(open: OpenStore): void {
  test("a principal is put once; its id and its name are taken then", async () => {
    await using opened = await open();
    const row = principal(ann, { role: "owner" });
    expect(await opened.store.putPrincipal({ principal: row, audit: act("principal.create") })).toBe("new");
    expect(await opened.store.putPrincipal({ principal: row })).toBe("exists");
    expect(await opened.store.putPrincipal({ principal: principal(bob, { name: row.name }) })).toBe("exists");
    expect(await opened.store.putPrincipal({ principal: principal(bob) })).toBe("new");
    const store = await opened.reopen();
    expect(await store.principals()).toEqual([row, principal(bob)]);
    expect(await store.principal({ id: ann })).toEqual(row);
    expect(await store.principal({ id: "eve" as PrincipalId })).toBeUndefined();
  });

  test("a suspended principal keeps its first moment until it is resumed; an unknown one is neither", async () => {
    await using opened = await open();
    await opened.store.putPrincipal({ principal: principal(ann) });
    const suspend = (at: number) => opened.store.suspendPrincipal({ id: ann, at, audit: act("suspend") });
    expect(await suspend(startedAt + 1)).toEqual(principal(ann, { suspendedAt: startedAt + 1 }));
    expect(await suspend(startedAt + 2)).toMatchObject({ suspendedAt: startedAt + 1 });
    expect(await opened.store.suspendPrincipal({ id: bob, at: startedAt, audit: act("suspend") })).toBeUndefined();
    expect(await opened.store.resumePrincipal({ id: ann, audit: act("resume") })).toEqual(principal(ann));
    expect(await opened.store.resumePrincipal({ id: bob, audit: act("resume") })).toBeUndefined();
  });

  test("a token is found with what its principal is", async () => {
    await using opened = await open();
    await opened.store.putPrincipal({ principal: principal(ann, { role: "operator" }) });
    await opened.store.putToken({ token: token("t1"), audit: act("token.create") });
    const store = await opened.reopen();
    const found = { ...token("t1"), role: "operator", principalName: principal(ann).name };
    expect(await store.token({ id: t1 })).toEqual({ ...found, suspended: false });
    await store.suspendPrincipal({ id: ann, at: startedAt, audit: act("suspend") });
    expect(await store.token({ id: t1 })).toEqual({ ...found, suspended: true });
    expect(await store.token({ id: "t2" as TokenId })).toBeUndefined();
  });

  promise("leak.cross-tenant", "a listing of tokens holds the principal's own", async () => {
    await using opened = await open();
    await opened.store.putToken({ token: token("t1") });
    await opened.store.putToken({ token: token("t2", { principal: bob }) });
    expect(await opened.store.tokens({ principal: ann })).toEqual([token("t1")]);
    expect((await opened.store.tokens({})).map((row) => row.id)).toEqual(["t1", "t2"]);
  });

  test("tokens are found by how their id begins, and live ones counted", async () => {
    await using opened = await open();
    const rows = [
      token("own1"),
      token("own2", { revokedAt: startedAt }),
      token("t1", { expiresAt: startedAt + 1 }),
      token("t2", { expiresAt: startedAt }),
      token("t3", { principal: bob }),
    ];
    for (const row of rows) await opened.store.putToken({ token: row });
    expect((await opened.store.tokens({ prefix: "own" })).map(({ id }) => id)).toEqual(["own1", "own2"]);
    expect(await opened.store.tokens({ principal: bob, prefix: "own" })).toEqual([]);
    expect(await opened.store.countTokens({ principal: ann, now: startedAt })).toBe(2);
  });

  test("a revocation stays, and an expiry only comes nearer", async () => {
    await using opened = await open();
    await opened.store.putToken({ token: token("t1") });
    const end = (how: { revokedAt?: number; expiresAt?: number }) =>
      opened.store.endToken({ id: t1, ...how, audit: act("token.end") });
    expect(await end({ expiresAt: 2000 })).toEqual([token("t1", { expiresAt: 2000 })]);
    expect(await end({ expiresAt: 3000 })).toMatchObject([{ expiresAt: 2000, revokedAt: null }]);
    expect(await end({ revokedAt: 1000 })).toMatchObject([{ expiresAt: 2000, revokedAt: 1000 }]);
    expect(await end({ revokedAt: 1500 })).toMatchObject([{ revokedAt: 1000 }]);
    expect(await opened.store.tokens({})).toEqual([token("t1", { expiresAt: 2000, revokedAt: 1000 })]);
    expect(await opened.store.endToken({ id: "t2" as TokenId, audit: act("token.end") })).toEqual([]);
  });

  promise(
    "auth.expiry",
    "a revoked token and a suspended principal end with their sessions, a shortened one does not",
    async () => {
      await using opened = await open();
      const { store } = opened;
      const isKept = async (name: string) => (await store.session({ session: name as SessionId })) !== undefined;
      await store.putPrincipal({ principal: principal(bob) });
      for (const name of ["t1", "t2"]) await store.putToken({ token: token(name) });
      await store.putSession(newSession("s1", { token: t1 }));
      await store.putSession(newSession("s2", { token: t2 }));
      await store.putSession(newSession("s3", { principal: bob, token: "t3" as TokenId }));
      await store.endToken({ id: t1, expiresAt: startedAt + dayMs, audit: act("token.end") });
      expect(await isKept("s1")).toBe(true);
      await store.endToken({ id: t1, revokedAt: startedAt, audit: act("token.end") });
      expect([await isKept("s1"), await isKept("s2")]).toEqual([false, true]);
      await store.suspendPrincipal({ id: bob, at: startedAt, audit: act("suspend") });
      expect([await isKept("s2"), await isKept("s3")]).toEqual([true, false]);
    },
  );

  test("a token is replaced at once: the new one is kept and the old one ends, or neither", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.putToken({ token: token("t1") });
    const replace = (by: string, old: { id: TokenId; revokedAt?: number; expiresAt?: number }) =>
      store.rotateToken({ token: token(by), audit: act("rotated"), old: { ...old, audit: act("ended") } });
    expect(await replace("t2", { id: t1, expiresAt: 2000 })).toEqual([token("t1", { expiresAt: 2000 })]);
    expect(await replace("t3", { id: t2, revokedAt: 1000 })).toEqual([token("t2", { revokedAt: 1000 })]);
    expect(await replace("t4", { id: t2, revokedAt: 1000 })).toEqual([]);
    expect(await replace("t4", { id: "none" as TokenId, revokedAt: 1000 })).toEqual([]);
    expect((await store.tokens({})).map(({ id }) => id)).toEqual(["t1", "t2", "t3"]);
  });

  promise(
    "auth.expiry",
    "a revoked token takes with it what it was the maker of, and what that was, but for one and what came of it",
    async () => {
      await using opened = await open();
      const { store } = opened;
      for (const by of ["t1", "u1"]) await store.putToken({ token: token(by) });
      const put = (by: string, old: string, maker?: string) =>
        store.rotateToken({
          token: token(by),
          audit: act("rotated"),
          old: { id: old as TokenId, expiresAt: startedAt + dayMs, audit: act("ended") },
          maker: maker as TokenId | undefined,
        });
      for (const [by, old, maker] of [
        ["t2", "t1", "t1"],
        ["t3", "t2", "t2"],
        ["t4", "t3", "t3"],
        ["u2", "u1", "t2"],
        ["u3", "u1", undefined],
      ] as const)
        expect(await put(by, old, maker)).toHaveLength(1);
      await store.putSession(newSession("s2", { token: t2 }));
      const revocation = { revokedAt: startedAt, audit: act("token.revoked") };
      const ended = await store.endToken({ id: t1, ...revocation, but: "t3" as TokenId });
      expect(ended.map(({ id, revokedAt }) => [id, revokedAt])).toEqual(
        ["t1", "t2", "u2"].map((id) => [id, startedAt]),
      );
      expect(await store.session({ session: "s2" as SessionId })).toBeUndefined();
      expect(await put("t5", "t4", "t2")).toEqual([]);
      const rest = (await store.tokens({})).filter(({ revokedAt }) => revokedAt === null);
      expect(rest.map(({ id }) => id)).toEqual(["t3", "t4", "u1", "u3"]);
    },
  );

  promise(
    "leak.cross-tenant",
    "a removed principal leaves nothing behind but its spend; others keep theirs",
    async () => {
      await using opened = await open();
      const { store } = opened;
      for (const [who, n] of [
        [ann, 1],
        [bob, 2],
      ] as const) {
        await store.putPrincipal({ principal: principal(who) });
        await store.putToken({ token: token(`t${n}`, { principal: who }) });
        await store.putSession(newSession(`s${n}`, { principal: who }));
        const ticket = { hash: `ticket${n}`, token: t1, principal: who, expiresAt: startedAt + dayMs };
        await store.putTicket(ticket);
        await finish(store, `c${n}`, { principal: who });
        await begin(store, `d${n}`, { principal: who });
        await store.reserve({ reservation: reservation(`r${n}`, { principal: who }), limits: [] });
        await store.settle({ id: `r${n}`, inputTokens: 1, outputTokens: 1, usd: 0.5, estimated: false });
      }
      const removal = { id: ann, audit: act("principal.remove", bob) };
      expect(await store.removePrincipal(removal)).toEqual({ calls: ["c1", "d1"], tokens: ["t1"] });
      expect(await store.removePrincipal(removal)).toBeUndefined();
      expect((await store.principals()).map((row) => row.id)).toEqual(["bob"]);
      expect((await store.tokens({})).map((row) => row.id)).toEqual(["t2"]);
      expect((await store.calls({ limit: 10 })).map((row) => row.id)).toEqual(["d2", "c2"]);
      expect(await store.journal({ call: callNamed("c1"), after: 0, maxBytes: 1000 })).toEqual({ head: 0, rows: [] });
      expect(await store.session({ session: "s1" as SessionId })).toBeUndefined();
      expect(await store.session({ session: "s2" as SessionId })).toBeDefined();
      expect(await store.takeTicket({ hash: "ticket1", now: startedAt })).toBeUndefined();
      expect(await store.takeTicket({ hash: "ticket2", now: startedAt })).toBeDefined();
      expect((await store.spend({ since: 0 })).map((row) => row.principal)).toEqual(["ann", "bob"]);
      const late = await store.append({ call: callNamed("d1"), fence: 9, entries: [] });
      expect(late).toEqual({ kind: "refused", state: undefined });
    },
  );
}
