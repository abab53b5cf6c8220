import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { here, openTenancy, outcomeOf } from "../../../test/support/tenancy.ts";
import type { Scope } from "../../protocol/access-methods.ts";
import type { CallId } from "../../protocol/ids.ts";

const client = { name: "test", version: "1" };
const dayMs = 86_400_000;

promise(
  "auth.expiry",
  "tokens are created, listed, rotated with an overlap and revoked, and each act is on record",
  async () => {
    await using tenancy = await openTenancy();
    const { administration, doors, owner, clock, ended } = tenancy;
    const { token: old, view } = await tenancy.user("ann", {
      scopes: ["tools", "exec"],
      roots: ["/srv/ann"],
      ttlMs: 90 * dayMs,
    });
    await doors.authenticate(old, here);
    const { token: renewed, view: next } = await administration.rotateToken(owner, { id: view.id, overlapMs: 1000 });
    expect(next).toEqual({ ...view, id: next.id, createdAt: next.createdAt, expiresAt: next.createdAt + 90 * dayMs });
    expect(await outcomeOf(doors.authenticate(old, here))).toBe("let in");
    await clock.advance(1000);
    expect(ended).toEqual([{ token: view.id, why: "expired" }]);
    expect(await outcomeOf(doors.authenticate(old, here))).toBe("auth.expired");
    expect(await doors.authenticate(renewed, here)).toMatchObject({ roots: ["/srv/ann"] });
    const [revoked] = await administration.revokeToken(owner, { id: next.id });
    expect(revoked.revokedAt).toBe(clock.wallMs());
    expect(await outcomeOf(doors.authenticate(renewed, here))).toBe("auth.revoked");
    const { tokens } = await administration.listTokens(owner);
    expect(tokens.map(({ id }) => id).toSorted()).toEqual([owner.token, view.id, next.id].toSorted());
    expect(tenancy.audit().map(({ act }) => act)).toEqual([
      "principal.created",
      "token.created",
      "principal.created",
      "token.created",
      "token.rotated",
      "token.ends",
      "token.revoked",
    ]);
  },
);

promise("auth.expiry", "a revoked token's connections are told to close, and its sessions end", async () => {
  await using tenancy = await openTenancy();
  const { administration, doors, owner, ended } = tenancy;
  const { token, view } = await tenancy.user("ann");
  const { opened } = await doors.openSession(await doors.authenticate(token, here), client);
  await administration.revokeToken(owner, { id: view.id });
  expect(ended).toEqual([{ token: view.id, why: "revoked" }]);
  expect(await outcomeOf(doors.resumeSession(opened, here))).toBe("session.unknown");
});

promise(
  "auth.expiry",
  "only who administrates gives, and never more scopes, tools or directories than there are",
  async () => {
    await using tenancy = await openTenancy();
    const { administration, doors, owner } = tenancy;
    const codeOf = (giving: ReturnType<typeof tenancy.create>) =>
      giving.then(
        ({ view }) => view.name,
        (fault) => fault.code as string,
      );
    const { token: users } = await tenancy.user("ann", { scopes: ["tools", "exec"] });
    const ann = await doors.authenticate(users, here);
    expect(await codeOf(tenancy.create(ann, { name: "mine", scopes: ["tools"] }))).toBe("auth.scope");
    expect(await outcomeOf(administration.listPrincipals(ann))).toBe("auth.scope");
    const made = await tenancy.create(owner, {
      name: "limited",
      scopes: ["admin", "tools", "exec"],
      tools: ["chat", "ex*"],
    });
    const limited = await doors.authenticate(made.token, here);
    const give = (params: object) =>
      codeOf(tenancy.create(limited, { name: "given", scopes: ["tools"], tools: ["chat"], ...params }));
    expect(await give({ scopes: ["tools", "agent"] })).toBe("auth.scope");
    expect(await give({ tools: [] })).toBe("auth.scope");
    expect(await give({ tools: ["*"] })).toBe("auth.scope");
    expect(await give({ roots: ["/etc"] })).toBe("auth.scope");
    expect(await give({ roots: ["/srvx"] })).toBe("auth.scope");
    expect(await give({ roots: ["/srv/ann/../bob"] })).toBe("input.invalid");
    expect(await give({ roots: ["srv/ann"] })).toBe("input.invalid");
    expect(await give({ tools: ["exec", "ex*c"], roots: ["/srv/ann"] })).toBe("given");
  },
);

promise(
  "auth.expiry",
  "a token without admin lives on in nothing that it was rotated into, once it is revoked",
  async () => {
    await using tenancy = await openTenancy();
    const { administration, doors, owner, clock, ended } = tenancy;
    const stolen = await tenancy.user("ann", { scopes: ["tools"] });
    const thief = await doors.authenticate(stolen.token, here);
    const kept = await administration.rotateToken(thief, { id: thief.token, overlapMs: 0 });
    const next = await doors.authenticate(kept.token, here);
    const later = await administration.rotateToken(next, { id: next.token, overlapMs: 0 });
    await clock.advance(60_000);
    expect(await outcomeOf(doors.authenticate(stolen.token, here))).toBe("auth.expired");
    expect(await outcomeOf(doors.authenticate(later.token, here))).toBe("let in");
    await administration.revokeToken(owner, { id: thief.token });
    expect(await outcomeOf(doors.authenticate(later.token, here))).toBe("auth.revoked");
    expect(ended).toContainEqual({ token: later.view.id, why: "revoked" });
    const told = tenancy.audit().filter(({ act }) => act === "token.revoked");
    expect(told.map(({ facts }) => facts["id"]).toSorted()).toEqual(
      [thief.token, kept.view.id, later.view.id].toSorted(),
    );
  },
);

promise(
  "auth.expiry",
  "a token that is replaced at once takes along what it was rotated into, but for what its replacement is",
  async () => {
    await using tenancy = await openTenancy();
    const { administration, doors, owner, ended } = tenancy;
    const stolen = await tenancy.user("ann", { scopes: ["tools"] });
    const thief = await doors.authenticate(stolen.token, here);
    const kept = await administration.rotateToken(thief, { id: thief.token, overlapMs: dayMs });
    const made = await administration.rotateToken(owner, { id: thief.token, overlapMs: 0 });
    expect(await outcomeOf(doors.authenticate(kept.token, here))).toBe("auth.revoked");
    expect(await outcomeOf(doors.authenticate(made.token, here))).toBe("let in");
    expect([made.heirs.map(({ id }) => id), kept.heirs]).toEqual([[kept.view.id], []]);
    expect(ended).toContainEqual({ token: kept.view.id, why: "revoked" });
  },
);

test("what an admin rotated goes on when the old one is revoked, and so does what whoever revokes it shows", async () => {
  await using tenancy = await openTenancy();
  const { administration, doors, owner } = tenancy;
  const ann = await tenancy.user("ann", { scopes: ["tools"] });
  const given = await administration.rotateToken(owner, { id: ann.view.id, overlapMs: dayMs });
  await administration.revokeToken(owner, { id: ann.view.id });
  const shown = await doors.authenticate(given.token, here);
  const own = await administration.rotateToken(shown, { id: shown.token, overlapMs: dayMs });
  await administration.revokeToken(await doors.authenticate(own.token, here), { id: shown.token });
  expect(await outcomeOf(doors.authenticate(given.token, here))).toBe("auth.revoked");
  expect(await outcomeOf(doors.authenticate(own.token, here))).toBe("let in");
});

promise("auth.fail-closed", "a narrow token cannot take over a wider one of its own principal", async () => {
  await using tenancy = await openTenancy();
  const { administration, doors, owner } = tenancy;
  const { token } = await tenancy.create(owner, { name: "agent", scopes: ["tools"] });
  const narrow = await doors.authenticate(token, here);
  expect(narrow.role).toBe("owner");
  expect(narrow.roots).toEqual([]);
  for (const act of [
    administration.rotateToken(narrow, { id: owner.token, overlapMs: 0 }),
    administration.revokeToken(narrow, { id: owner.token }),
  ])
    expect(await outcomeOf(act)).toBe("auth.scope");
});

promise(
  "auth.fail-closed",
  "another principal's token is as unknown as none, and only the owner gives the owner's",
  async () => {
    await using tenancy = await openTenancy();
    const { administration, doors, owner } = tenancy;
    const ann = await doors.authenticate((await tenancy.user("ann")).token, here);
    const { view: bobs } = await tenancy.user("bob");
    const of = (id: string) => administration.revokeToken(ann, { id: id as typeof bobs.id }).catch((fault) => fault);
    const [others, none] = [await of(bobs.id), await of("0".repeat(12))];
    expect(others.code).toBe(none.code);
    expect(others.message.replace(bobs.id, "")).toBe(none.message.replace("0".repeat(12), ""));
    expect((await administration.listTokens(ann)).tokens.map(({ name }) => name)).toEqual(["ann"]);
    const { id } = await administration.createPrincipal(owner, { name: "olga", role: "operator" });
    const scopes: Scope[] = ["admin", "tools"];
    const { token } = await tenancy.create(owner, { name: "olga", principal: id, scopes });
    const olga = await doors.authenticate(token, here);
    expect(await outcomeOf(tenancy.create(olga, { name: "x", principal: "owner" }))).toBe("auth.scope");
    expect(await outcomeOf(administration.revokeToken(olga, { id: owner.token }))).toBe("auth.scope");
    expect(await outcomeOf(tenancy.create(olga, { name: "x", principal: bobs.principal, scopes }))).toBe("auth.scope");
    expect(await outcomeOf(administration.revokeToken(olga, { id: bobs.id }))).toBe("let in");
  },
);

promise("auth.fail-closed", "a running call's token administrates nothing", async () => {
  await using tenancy = await openTenancy();
  const { administration, doors, owner } = tenancy;
  using bound = doors.bindCall(owner, "call-1" as CallId);
  const inside = await doors.authenticate(bound.token, here);
  expect(await outcomeOf(tenancy.create(inside, { name: "x" }))).toBe("auth.scope");
  expect(await outcomeOf(administration.createPrincipal(inside, { name: "x", role: "user" }))).toBe("auth.scope");
  expect(await outcomeOf(administration.revokeToken(inside, { id: owner.token }))).toBe("auth.scope");
});

test("a removed principal is gone with its tokens, and the owner cannot be removed or suspended", async () => {
  await using tenancy = await openTenancy();
  const { administration, doors, owner, ended } = tenancy;
  const { token, view } = await tenancy.user("ann");
  await administration.removePrincipal(owner, { id: view.principal });
  expect(await outcomeOf(doors.authenticate(token, here))).toBe("auth.invalid");
  expect(ended).toEqual([{ token: view.id, why: "revoked" }]);
  expect(await outcomeOf(administration.removePrincipal(owner, { id: owner.principal }))).toBe("input.invalid");
  expect(await outcomeOf(administration.suspendPrincipal(owner, { id: owner.principal }))).toBe("input.invalid");
  expect(await outcomeOf(tenancy.user("bob"))).toBe("let in");
  expect(await outcomeOf(tenancy.user("bob"))).toBe("input.invalid");
});

promise("auth.fail-closed", "the owner's file is written anew only where it holds no good token", async () => {
  await using tenancy = await openTenancy();
  const { administration, doors, owner, ownerToken } = tenancy;
  expect(await tenancy.ensureAgain(ownerToken)).toBeUndefined();
  const anew = await tenancy.ensureAgain(undefined);
  expect(await doors.authenticate(anew ?? "", here)).toMatchObject({ role: "owner" });
  await administration.revokeToken(owner, { id: owner.token });
  expect(await tenancy.ensureAgain(ownerToken)).toBeDefined();
  expect(await tenancy.ensureAgain("damaged")).toBeDefined();
});

promise(
  "auth.fail-closed",
  "the own token is good as long as it is set, and ends with its sessions when it is set anew",
  async () => {
    const [first, second] = ["a-token-of-my-own-1", "a-token-of-my-own-2"];
    await using tenancy = await openTenancy({ ownToken: first });
    const { administration, doors, ownerToken } = tenancy;
    const caller = await doors.authenticate(first, here);
    expect(caller).toMatchObject({ principal: "owner", role: "owner" });
    const { opened } = await doors.openSession(caller, client);
    await tenancy.ensureAgain(ownerToken, first);
    expect(await doors.authenticate(first, here)).toMatchObject({ token: caller.token });
    expect(await outcomeOf(administration.rotateToken(caller, { id: caller.token, overlapMs: 0 }))).toBe(
      "input.invalid",
    );
    await tenancy.ensureAgain(ownerToken, second);
    expect(await outcomeOf(doors.authenticate(first, here))).toBe("auth.invalid");
    expect(await outcomeOf(doors.resumeSession(opened, here))).toBe("session.unknown");
    expect(await outcomeOf(doors.authenticate(second, here))).toBe("let in");
    await tenancy.ensureAgain(ownerToken);
    expect(await outcomeOf(doors.authenticate(second, here))).toBe("auth.invalid");
    await tenancy.ensureAgain(ownerToken, first);
    expect(await outcomeOf(doors.authenticate(first, here))).toBe("let in");
  },
);
