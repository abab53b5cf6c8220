import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import type { SessionId, TokenId } from "../../../protocol/ids.ts";
import type { SessionRow } from "../sessions.ts";
import { ann, bob, newSession, type OpenStore, session, startedAt } from "./fixture.ts";

const s1 = "s1" as SessionId;
const later = { seenAt: startedAt + 10, expiresAt: startedAt + 2000 };

/** Sessions with their secrets, and tickets. */
export function sessionsContract(open: OpenStore): void {
  test("a session is found as it was put, also after a restart", async () => {
    await using opened = await open();
    await opened.store.putSession(newSession("s1"));
    const store = await opened.reopen();
    expect(await store.session({ session: s1 })).toEqual(session("s1"));
    expect(await store.session({ session: "s2" as SessionId })).toBeUndefined();
  });

  promise("auth.replay", "a secret that was turned is good only until the new one is confirmed", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.putSession(newSession("s1"));
    const turn = (expectHash: string, newHash: string) =>
      store.turnSession({ session: s1, expectHash, newHash, ...later });
    expect(await turn("guess", "evil")).toBe(false);
    expect(await turn("first", "second")).toBe(true);
    // The answer was lost on its way: the client comes back with the only secret it has.
    expect(await turn("first", "third")).toBe(true);
    expect(await turn("second", "evil")).toBe(false);
    expect(await store.session({ session: s1 })).toMatchObject({
      secretHash: "third",
      previousHash: "first",
      ...later,
    });
    await store.confirmSession({ session: s1, ...later });
    expect(await turn("first", "evil")).toBe(false);
    expect(await turn("third", "fourth")).toBe(true);
  });

  promise("auth.replay", "of two that turn the same secret at once and confirm, the other one is out", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.putSession(newSession("s1"));
    const turn = (newHash: string) => store.turnSession({ session: s1, expectHash: "first", newHash, ...later });
    const confirm = () => store.confirmSession({ session: s1, ...later });
    const [one, , other] = await Promise.all([turn("second"), confirm(), turn("evil")]);
    expect([one, other]).toEqual([true, false]);
  });

  test("an expired session cannot be turned", async () => {
    await using opened = await open();
    await opened.store.putSession(newSession("s1", { expiresAt: startedAt + 10 }));
    const request = { session: s1, expectHash: "first", newHash: "second", ...later };
    expect(await opened.store.turnSession(request)).toBe(false);
  });

  test("sessions are counted while they have not expired", async () => {
    await using opened = await open();
    await opened.store.putSession(newSession("s1"));
    await opened.store.putSession(newSession("s2", { principal: bob }));
    await opened.store.putSession(newSession("s3", { expiresAt: startedAt + 1 }));
    expect(await opened.store.countSessions({ now: startedAt })).toBe(3);
    expect(await opened.store.countSessions({ now: startedAt + 1 })).toBe(2);
  });

  promise(
    "share.sessions",
    "a principal has as many sessions as it may, exactly, and costs nobody else one",
    async () => {
      await using opened = await open();
      const { store } = opened;
      const put = (id: string, more: Partial<SessionRow> = {}) => store.putSession({ ...newSession(id, more), max: 2 });
      await put("s0", { expiresAt: startedAt });
      expect(await Promise.all(["s1", "s2", "s3", "s4"].map((id) => put(id)))).toEqual(["new", "new", "full", "full"]);
      expect(await store.session({ session: "s3" as SessionId })).toBeUndefined();
      expect(await put("s5", { principal: bob })).toBe("new");
      expect(await store.endSessions({ session: s1 })).toEqual([s1]);
      expect(await put("s6")).toBe("new");
    },
  );

  promise("share.sessions", "in a full house the one longest unseen goes, and only if it is idle", async () => {
    await using opened = await open();
    const { store } = opened;
    const ids = async () => {
      const found = await Promise.all(
        ["s1", "s2", "s3", "s4"].map((id) => store.session({ session: id as SessionId })),
      );
      return found.flatMap((row) => row?.id ?? []);
    };
    await store.putSession(newSession("s1", { principal: bob, seenAt: startedAt - 50 }));
    await store.putSession(newSession("s2", { seenAt: startedAt - 10 }));
    await store.putSession(newSession("s3", { seenAt: startedAt - 20 }));
    const put = (max: number, idleBefore: number) => store.putSession({ ...newSession("s4"), max, idleBefore });
    expect(await put(2, startedAt - 20)).toBe("full");
    // Fewer may be had than there are: no one is ended for nothing.
    expect(await put(1, startedAt - 15)).toBe("full");
    expect(await ids()).toEqual(["s1", "s2", "s3"]);
    expect(await put(2, startedAt)).toBe("new");
    expect(await ids()).toEqual(["s1", "s2", "s4"]);
  });

  test("sessions end by themselves or with their token; without either none ends", async () => {
    await using opened = await open();
    const t2 = "t2" as TokenId;
    await opened.store.putSession(newSession("s1"));
    await opened.store.putSession(newSession("s2", { token: t2 }));
    await opened.store.putSession(newSession("s3", { token: t2 }));
    expect(await opened.store.endSessions({})).toEqual([]);
    expect(await opened.store.endSessions({ session: s1 })).toEqual(["s1"]);
    expect(await opened.store.endSessions({ session: s1 })).toEqual([]);
    expect((await opened.store.endSessions({ token: t2 })).toSorted()).toEqual(["s2", "s3"]);
    expect(await opened.store.countSessions({ now: 0 })).toBe(0);
  });

  promise("auth.replay", "a ticket is taken once, however many try at once", async () => {
    await using opened = await open();
    const ticket = { hash: "hash", token: "t1" as TokenId, principal: ann, expiresAt: startedAt + 10 };
    await opened.store.putTicket(ticket);
    const take = () => opened.store.takeTicket({ hash: "hash", now: startedAt });
    const taken = await Promise.all([take(), take(), take()]);
    expect(taken).toEqual([{ token: "t1", principal: "ann" }, undefined, undefined]);
    const store = await opened.reopen();
    expect(await store.takeTicket({ hash: "hash", now: startedAt })).toBeUndefined();
  });

  promise("auth.replay", "a ticket whose time is over is none", async () => {
    await using opened = await open();
    const ticket = { hash: "hash", token: "t1" as TokenId, principal: ann, expiresAt: startedAt + 10 };
    await opened.store.putTicket(ticket);
    expect(await opened.store.takeTicket({ hash: "hash", now: startedAt + 10 })).toBeUndefined();
  });
}
