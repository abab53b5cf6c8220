import crypto from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { allRoots, here, openTenancy, outcomeOf } from "../../../test/support/tenancy.ts";
import type { CallId, TokenId } from "../../protocol/ids.ts";
import { type DoorsPlace, doorsContract } from "./doors.contract.ts";
import type { Usable } from "./scopes.ts";
import { newToken } from "./secrets.ts";

const minuteMs = 60_000;

describe("Doors", () => doorsContract(openPlace));

async function openPlace(): Promise<DoorsPlace> {
  const tenancy = await openTenancy();
  const { doors, clock, administration, owner } = tenancy;
  return {
    doors,
    clock,
    token: async (name, lifeMs) => {
      const life = lifeMs === undefined ? {} : { ttlMs: lifeMs };
      const { token, view } = await tenancy.user(name, { scopes: ["tools", "exec"], ...life });
      return { text: token, id: view.id };
    },
    revoke: async (id) => void (await administration.revokeToken(owner, { id })),
    tryTooOften: async (address) => {
      for (let attempt = 1; attempt <= 5; attempt++) await outcomeOf(doors.authenticate("wrong", { ...here, address }));
    },
    [Symbol.asyncDispose]: () => tenancy[Symbol.asyncDispose](),
  };
}

promise("auth.fail-closed", "nothing but a whole, valid token lets anybody in", async () => {
  await using tenancy = await openTenancy();
  const { ownerToken } = tenancy;
  const other = newToken("kept").token;
  const wrong = [
    "",
    "exai_",
    ownerToken.slice(0, -1),
    `${ownerToken}x`,
    other,
    ownerToken.slice(0, 18) + other.slice(18),
  ];
  for (const [place, token] of [...wrong, "own", "null", "undefined"].entries()) {
    const from = { ...here, address: `10.0.0.${place}` };
    expect(await outcomeOf(tenancy.doors.authenticate(token, from)), token).toBe("auth.invalid");
  }
});

promise(
  "auth.fail-closed",
  "a suspended principal's token, ticket and session let nobody in, its token again once it is resumed",
  async () => {
    await using tenancy = await openTenancy();
    const { doors, administration, owner } = tenancy;
    const { token, view } = await tenancy.user("ann");
    const caller = await doors.authenticate(token, here);
    const { opened } = await doors.openSession(caller, { name: "test", version: "1" });
    const { ticket } = await doors.createTicket(caller);
    await administration.suspendPrincipal(owner, { id: view.principal });
    expect(await outcomeOf(doors.authenticate(token, here))).toBe("auth.revoked");
    expect(await outcomeOf(doors.redeemTicket(ticket, here))).toBe("auth.revoked");
    expect(await outcomeOf(doors.resumeSession(opened, here))).toBe("session.unknown");
    expect(await administration.resumePrincipal(owner, { id: view.principal })).toMatchObject({ suspendedAt: null });
    expect((await doors.authenticate(token, here)).principal).toBe(view.principal);
  },
);

test("a caller is what its token was given, as far as the daemon's roots still hold it", async () => {
  await using tenancy = await openTenancy();
  const { token, view } = await tenancy.user("ann", {
    scopes: ["tools", "exec"],
    roots: ["/srv/ann"],
    tools: ["chat*"],
  });
  expect(await tenancy.doors.authenticate(token, here)).toEqual({
    principal: view.principal,
    principalName: "ann",
    role: "user",
    token: view.id,
    scopes: new Set(["tools", "exec"]),
    tools: ["chat*"],
    roots: ["/srv/ann"],
    expiresAt: null,
    client: "test",
  });
  expect(tenancy.owner.roots).toEqual(allRoots);
});

promise(
  "auth.constant-time",
  "every attempt costs one comparison in constant time, whether its id is known or not",
  async () => {
    await using tenancy = await openTenancy();
    const { ownerToken, doors } = tenancy;
    const unknown = newToken("kept").token;
    const wrongSecret = ownerToken.slice(0, 18) + unknown.slice(18);
    const comparisons = async (token: string) => {
      using counted = countComparisons();
      await doors.authenticate(token, here).catch(() => {});
      return counted.count();
    };
    expect(await comparisons(ownerToken), "valid").toBe(1);
    expect(await comparisons(wrongSecret), "wrong secret").toBe(1);
    expect(await comparisons(unknown), "unknown id").toBe(1);
    expect(await comparisons("something else entirely"), "no token of ours").toBe(1);
  },
);

promise("auth.constant-time", "no file of the store holds a token, a ticket or a resume secret", async () => {
  await using tenancy = await openTenancy({ ownToken: "my-own-token-of-choice" });
  const { doors, owner, ownerToken } = tenancy;
  const { opened } = await doors.openSession(owner, { name: "test", version: "1" });
  const { ticket } = await doors.createTicket(owner);
  const { token } = await tenancy.user("ann");
  const secrets = [ownerToken.slice(18), token.slice(18), opened.secret, ticket, "my-own-token-of-choice"];
  const files = await readdir(tenancy.folder);
  expect(files).toContain("exai.db");
  for (const file of files) {
    const bytes = await readFile(join(tenancy.folder, file)).catch(() => Buffer.alloc(0));
    for (const secret of secrets) expect(bytes.includes(secret), `${file} holds ${secret}`).toBe(false);
  }
});

promise(
  "auth.expiry",
  "a token that expires closes its connections at that moment, and lets nobody in afterwards",
  async () => {
    await using tenancy = await openTenancy();
    const { doors, clock, ended } = tenancy;
    const long = await tenancy.user("long", { ttlMs: 40 * 24 * 60 * minuteMs });
    const short = await tenancy.user("short", { ttlMs: 10 * minuteMs });
    await doors.authenticate(long.token, here);
    await doors.authenticate(short.token, here);
    await clock.advance(10 * minuteMs - 1);
    expect(ended).toEqual([]);
    await clock.advance(1);
    expect(ended).toEqual([{ token: short.view.id, why: "expired" }]);
    expect(await outcomeOf(doors.authenticate(short.token, here))).toBe("auth.expired");
    await clock.advance(40 * 24 * 60 * minuteMs);
    expect(ended).toEqual([
      { token: short.view.id, why: "expired" },
      { token: long.view.id, why: "expired" },
    ]);
  },
);

test("a wall clock that jumps forward closes no connection early", async () => {
  await using tenancy = await openTenancy();
  const { token, view } = await tenancy.user("ann", { ttlMs: 10 * minuteMs });
  await tenancy.doors.authenticate(token, here);
  tenancy.clock.jumpWall(60 * minuteMs);
  await tenancy.clock.advance(10 * minuteMs - 1);
  expect(tenancy.ended).toEqual([]);
  await tenancy.clock.advance(1);
  expect(tenancy.ended).toEqual([{ token: view.id, why: "expired" }]);
});

promise("auth.replay", "a ticket works once, for a minute, and a second use is refused and told", async () => {
  await using tenancy = await openTenancy();
  const { doors, owner, clock } = tenancy;
  const { ticket } = await doors.createTicket(owner);
  expect(await doors.redeemTicket(ticket, { ...here, client: "page" })).toEqual({ ...owner, client: "page" });
  expect(await outcomeOf(doors.redeemTicket(ticket, here))).toBe("auth.replayed");
  expect(tenancy.audit().filter(({ act }) => act === "auth.replayed")).toEqual([
    {
      principal: "owner",
      act: "auth.replayed",
      facts: { what: "ticket", of: owner.token, address: "127.0.0.1", client: "test" },
    },
  ]);
  const late = await doors.createTicket(owner);
  await clock.advance(late.ttlMs);
  expect(await outcomeOf(doors.redeemTicket(late.ticket, here))).toBe("auth.invalid");
});

promise("auth.replay", "a ticket dies with its token", async () => {
  await using tenancy = await openTenancy();
  const { doors, administration, owner } = tenancy;
  const { token, view } = await tenancy.user("ann");
  const { ticket } = await doors.createTicket(await doors.authenticate(token, here));
  await administration.revokeToken(owner, { id: view.id });
  expect(await outcomeOf(doors.redeemTicket(ticket, here))).toBe("auth.revoked");
});

promise(
  "auth.brute",
  "failures slow their source more and more, and a valid token is let in all the while",
  async () => {
    await using tenancy = await openTenancy();
    const { doors, ownerToken, clock } = tenancy;
    const guess = () => doors.authenticate(newToken("kept").token, here).catch((fault) => fault);
    const waits: (number | undefined)[] = [];
    for (let attempt = 0; attempt < 14; attempt++) {
      waits.push((await guess()).retry.afterMs);
      expect(await outcomeOf(doors.authenticate(ownerToken, here))).toBe("let in");
    }
    const free = Array<undefined>(5).fill(undefined);
    expect(waits).toEqual([...free, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    expect((await guess()).code).toBe("auth.slowed");
    expect(await outcomeOf(doors.authenticate("wrong", { ...here, address: "10.0.0.1" }))).toBe("auth.invalid");
    await clock.advance(15 * minuteMs);
    expect((await guess()).code).toBe("auth.invalid");
  },
);

test("what a running call's token brings back is that call's child, and ends with it", async () => {
  await using tenancy = await openTenancy();
  const { doors, owner } = tenancy;
  const call = "call-1" as CallId;
  const bound = doors.bindCall(owner, call);
  const caller = await doors.authenticate(bound.token, here);
  expect(caller).toEqual({ ...owner, call });
  expect(await outcomeOf(doors.createTicket(caller))).toBe("auth.scope");
  const { caller: inSession, opened } = await doors.openSession(caller, { name: "test", version: "1" });
  expect(inSession.call).toBe(call);
  expect(await outcomeOf(doors.resumeSession(opened, here))).toBe("session.unknown");
  bound[Symbol.dispose]();
  expect(await outcomeOf(doors.authenticate(bound.token, here))).toBe("auth.invalid");
});

test("a running call's token dies with the token that the call was started with", async () => {
  await using tenancy = await openTenancy();
  const { doors, administration, owner } = tenancy;
  const { token, view } = await tenancy.user("ann");
  using bound = doors.bindCall(await doors.authenticate(token, here), "call-1" as CallId);
  await administration.revokeToken(owner, { id: view.id });
  expect(await outcomeOf(doors.authenticate(bound.token, here))).toBe("auth.revoked");
});

promise(
  "auth.expiry",
  "a call of an earlier time goes on only while its token is good and allows its tool",
  async () => {
    await using tenancy = await openTenancy();
    const { doors, administration, owner, clock } = tenancy;
    const chat = { name: "chat", scope: "tools" } as const;
    const objection = async (token: TokenId | null, tool: Usable = chat) =>
      (await doors.objection({ token }, tool))?.code;
    const { view: ann } = await tenancy.user("ann", { scopes: ["tools"], tools: ["chat"], ttlMs: minuteMs });
    const { view: bob } = await tenancy.user("bob");
    const { view: eve } = await tenancy.user("eve");
    expect(await objection(null)).toBeUndefined();
    expect(await objection(ann.id)).toBeUndefined();
    expect(await objection(ann.id, { name: "echo", scope: "tools" })).toBe("auth.scope");
    expect(await objection(ann.id, { name: "chat", scope: "exec" })).toBe("auth.scope");
    await clock.advance(minuteMs);
    expect(await objection(ann.id)).toBe("auth.expired");
    await administration.revokeToken(owner, { id: bob.id });
    expect(await objection(bob.id)).toBe("auth.revoked");
    await administration.suspendPrincipal(owner, { id: eve.principal });
    expect(await objection(eve.id)).toBe("auth.revoked");
    await administration.removePrincipal(owner, { id: eve.principal });
    expect(await objection(eve.id)).toBe("auth.revoked");
  },
);

/** Counts constant-time comparisons and carries each out. */
function countComparisons(): { count(): number } & Disposable {
  const real = crypto.timingSafeEqual;
  let count = 0;
  crypto.timingSafeEqual = (left, right) => {
    count++;
    return real(left, right);
  };
  syncBuiltinESMExports();
  return {
    count: () => count,
    [Symbol.dispose]() {
      crypto.timingSafeEqual = real;
      syncBuiltinESMExports();
    },
  };
}
