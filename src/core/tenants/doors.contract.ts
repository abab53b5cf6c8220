import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import type { ManualClock } from "../../../test/support/manual-clock.ts";
import type { CallId, SessionId, TokenId } from "../../protocol/ids.ts";
import type { Doors, EndedToken } from "./doors.ts";

/** What gateways need of the doors for requests that each show their token. */
export type TokenDoors = Pick<
  Doors,
  "authenticate" | "bindCall" | "openSession" | "visitSession" | "confirmSession" | "endSession" | "onEnded"
>;

/** Doors with people before them. Sessions live for an hour. */
export interface DoorsPlace extends AsyncDisposable {
  readonly doors: TokenDoors;
  readonly clock: ManualClock;
  /** A new user's token with the scopes `tools` and `exec`; good for so long, or without end. */
  token(name: string, lifeMs?: number): Promise<{ text: string; id: TokenId }>;
  /** As an administrator does. */
  revoke(id: TokenId): Promise<void>;
  /** Fails from this address until that is slowed. */
  tryTooOften(address: string): Promise<void>;
}

const from = { address: "10.0.0.1", client: "test" };
const hello = { name: "test", version: "1", said: "all that it said" };
const call = "call-1" as CallId;
const hourMs = 3_600_000;

function endingsAt({ doors }: DoorsPlace): { told: EndedToken[] } & Disposable {
  const told: EndedToken[] = [];
  const listening = doors.onEnded((ended) => void told.push(ended));
  return { told, [Symbol.dispose]: () => listening[Symbol.dispose]() };
}

/** What all doors keep to. */
export function doorsContract(open: () => Promise<DoorsPlace>): void {
  promise("auth.fail-closed", "a token lets in as whose it is, and nothing like it lets in anybody", async () => {
    await using place = await open();
    const { text, id } = await place.token("ann");
    const caller = await place.doors.authenticate(text, from);
    expect(caller).toMatchObject({ token: id, role: "user", expiresAt: null, client: "test" });
    expect(caller.scopes).toEqual(new Set(["tools", "exec"]));
    expect("call" in caller || "session" in caller).toBe(false);
    const other = await place.doors.authenticate((await place.token("bob")).text, from);
    expect(other.principal).not.toBe(caller.principal);
    for (const [at, wrong] of ["", "exai_", text.slice(0, -1), `${text}x`].entries())
      await expect(place.doors.authenticate(wrong, { ...from, address: `10.0.1.${at}` })).rejects.toMatchObject({
        code: "auth.invalid",
      });
  });

  promise("auth.expiry", "a revoked token is told to whoever listens, once, and lets in nobody", async () => {
    await using place = await open();
    const { text, id } = await place.token("ann");
    await place.doors.authenticate(text, from);
    using gone = endingsAt(place);
    gone[Symbol.dispose]();
    using here = endingsAt(place);
    await place.revoke(id);
    expect([here.told, gone.told]).toEqual([[{ token: id, why: "revoked" }], []]);
    await expect(place.doors.authenticate(text, from)).rejects.toMatchObject({ code: "auth.revoked" });
  });

  promise("auth.expiry", "a token that was shown and runs out is told at that moment", async () => {
    await using place = await open();
    const { text, id } = await place.token("ann", 60_000);
    await place.doors.authenticate(text, from);
    using endings = endingsAt(place);
    await place.clock.advance(59_999);
    expect(endings.told).toEqual([]);
    await place.clock.advance(1);
    expect(endings.told).toEqual([{ token: id, why: "expired" }]);
    await expect(place.doors.authenticate(text, from)).rejects.toMatchObject({ code: "auth.expired" });
  });

  promise(
    "auth.brute",
    "an address that failed too often is told how long to wait; a good token is let in",
    async () => {
      await using place = await open();
      const { text } = await place.token("ann");
      await place.tryTooOften(from.address);
      const slowed = { code: "auth.slowed", retry: { afterMs: expect.any(Number) } };
      await expect(place.doors.authenticate("exai_guess_wrong", from)).rejects.toMatchObject(slowed);
      await expect(place.doors.authenticate(text, from)).resolves.toBeDefined();
    },
  );

  test("a running call's token acts for that call, and ends with it: that is told as the call's, not the giver's", async () => {
    await using place = await open();
    const giver = await place.doors.authenticate((await place.token("ann")).text, from);
    const bound = place.doors.bindCall(giver, call);
    expect(await place.doors.authenticate(bound.token, from)).toEqual({ ...giver, call });
    using endings = endingsAt(place);
    bound[Symbol.dispose]();
    expect(endings.told).toMatchObject([{ call, why: "revoked" }]);
    expect(endings.told[0]?.token).not.toBe(giver.token);
    await expect(place.doors.authenticate(bound.token, from)).rejects.toMatchObject({ code: "auth.invalid" });
  });

  promise("leak.cross-tenant", "a session is visited by the token that opened it, by no other", async () => {
    await using place = await open();
    const ann = await place.doors.authenticate((await place.token("ann")).text, from);
    const bob = await place.doors.authenticate((await place.token("bob")).text, from);
    const { caller, opened } = await place.doors.openSession(ann, hello);
    expect(caller).toEqual({ ...ann, session: opened.session, client: hello.name });
    expect(opened.ttlMs).toBe(hourMs);
    expect(await place.doors.visitSession(ann, opened.session)).toBe(hello.said);
    expect(await place.doors.visitSession(bob, opened.session)).toBeUndefined();
    expect(await place.doors.visitSession(ann, "session-none" as SessionId)).toBeUndefined();
  });

  test("a session lives for its time since it was last seen, until it is ended, and never beyond its token", async () => {
    await using place = await open();
    const { text, id } = await place.token("ann");
    const ann = await place.doors.authenticate(text, from);
    const openAll = () => Promise.all([1, 2, 3].map(async () => (await place.doors.openSession(ann, hello)).opened));
    const [left, ended, kept] = (await openAll()).map(({ session }) => session) as [SessionId, SessionId, SessionId];
    const visits = async () =>
      await Promise.all(
        [left, ended, kept].map(async (session) => (await place.doors.visitSession(ann, session)) ?? 0),
      );
    await place.doors.endSession(ended);
    expect(await visits()).toEqual([hello.said, 0, hello.said]);
    await place.clock.advance(hourMs / 2);
    await place.doors.confirmSession(kept);
    await place.clock.advance(hourMs / 2);
    expect(await visits()).toEqual([0, 0, hello.said]);
    await place.revoke(id);
    expect(await visits()).toEqual([0, 0, 0]);
    await expect(place.doors.openSession(ann, hello)).rejects.toMatchObject({ code: "auth.revoked" });
  });

  test("a running call's session is kept by nobody: it is not there for a second look", async () => {
    await using place = await open();
    const ann = await place.doors.authenticate((await place.token("ann")).text, from);
    const { caller } = await place.doors.openSession({ ...ann, call }, hello);
    expect(caller.call).toBe(call);
    expect(await place.doors.visitSession(ann, caller.session as SessionId)).toBeUndefined();
  });
}
