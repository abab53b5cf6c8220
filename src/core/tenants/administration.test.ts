import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { here, openTenancy } from "../../../test/support/tenancy.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Scope } from "../../protocol/methods.ts";

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
    await expect(doors.authenticate(old, here)).resolves.toBeDefined();
    await clock.advance(1000);
    expect(ended).toEqual([{ token: view.id, why: "expired" }]);
    await expect(doors.authenticate(old, here)).rejects.toMatchObject({ code: "auth.expired" });
    await expect(doors.authenticate(renewed, here)).resolves.toMatchObject({ roots: ["/srv/ann"] });
    const revoked = await administration.revokeToken(owner, { id: next.id });
    expect(revoked.revokedAt).toBe(clock.wallMs());
    await expect(doors.authenticate(renewed, here)).rejects.toMatchObject({ code: "auth.revoked" });
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
  await expect(doors.resumeSession(opened, here)).rejects.toMatchObject({ code: "session.unknown" });
});

promise("auth.expiry", "nobody gives more than they have: scopes, tools, directories or time", async () => {
  await using tenancy = await openTenancy();
  const { administration, doors, owner } = tenancy;
  const { token, view } = await tenancy.user("ann", {
    scopes: ["tools", "exec"],
    tools: ["chat", "ex*"],
    roots: ["/srv/ann"],
    ttlMs: 10 * dayMs,
  });
  const ann = await doors.authenticate(token, here);
  const give = (params: object) =>
    tenancy.create(ann, { name: "mine", scopes: ["tools"], tools: ["chat"], ...params }).then(
      ({ view: given }) => given,
      (fault) => fault.code as string,
    );
  expect(await give({ scopes: ["tools", "agent"] })).toBe("auth.scope");
  expect(await give({ tools: [] })).toBe("auth.scope");
  expect(await give({ tools: ["*"] })).toBe("auth.scope");
  expect(await give({ roots: ["/srv"] })).toBe("auth.scope");
  expect(await give({ roots: ["/srv/anna"] })).toBe("auth.scope");
  expect(await give({ roots: ["/srv/ann/../bob"] })).toBe("input.invalid");
  expect(await give({ roots: ["*"] })).toBe("input.invalid");
  expect(await give({ roots: ["srv/ann"] })).toBe("input.invalid");
  expect(await give({ principal: "owner" })).toBe("auth.scope");
  expect(await give({ tools: ["exec", "ex*c"], roots: ["/srv/ann/x", "/srv/ann"], ttlMs: 90 * dayMs })).toMatchObject({
    principal: view.principal,
    expiresAt: view.expiresAt,
  });
  await expect(tenancy.create(owner, { name: "far", roots: ["/etc"] })).rejects.toMatchObject({ code: "auth.scope" });
  await expect(administration.listPrincipals(ann)).rejects.toMatchObject({ code: "auth.scope" });
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
    await expect(act).rejects.toMatchObject({ code: "auth.scope" });
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
    await expect(tenancy.create(olga, { name: "x", principal: "owner" })).rejects.toMatchObject({ code: "auth.scope" });
    await expect(administration.revokeToken(olga, { id: owner.token })).rejects.toMatchObject({ code: "auth.scope" });
    await expect(tenancy.create(olga, { name: "x", principal: bobs.principal, scopes })).rejects.toMatchObject({
      code: "auth.scope",
    });
    await expect(administration.revokeToken(olga, { id: bobs.id })).resolves.toBeDefined();
  },
);

promise("auth.fail-closed", "a running call's token administrates nothing", async () => {
  await using tenancy = await openTenancy();
  const { administration, doors, owner } = tenancy;
  using bound = doors.bindCall(owner, "call-1" as CallId);
  const inside = await doors.authenticate(bound.token, here);
  await expect(tenancy.create(inside, { name: "x" })).rejects.toMatchObject({ code: "auth.scope" });
  await expect(administration.createPrincipal(inside, { name: "x", role: "user" })).rejects.toMatchObject({
    code: "auth.scope",
  });
});

test("a removed principal is gone with its tokens, and the owner cannot be removed or suspended", async () => {
  await using tenancy = await openTenancy();
  const { administration, doors, owner, ended } = tenancy;
  const { token, view } = await tenancy.user("ann");
  await administration.removePrincipal(owner, { id: view.principal });
  await expect(doors.authenticate(token, here)).rejects.toMatchObject({ code: "auth.invalid" });
  expect(ended).toEqual([{ token: view.id, why: "revoked" }]);
  await expect(administration.removePrincipal(owner, { id: owner.principal })).rejects.toMatchObject({
    code: "input.invalid",
  });
  await expect(administration.suspendPrincipal(owner, { id: owner.principal })).rejects.toMatchObject({
    code: "input.invalid",
  });
  await expect(tenancy.user("bob")).resolves.toBeDefined();
  await expect(tenancy.user("bob")).rejects.toMatchObject({ code: "input.invalid" });
});

promise("auth.fail-closed", "the owner's file is written anew only where it holds no good token", async () => {
  await using tenancy = await openTenancy();
  const { administration, doors, owner, ownerToken } = tenancy;
  expect(await tenancy.ensureAgain(ownerToken)).toBeUndefined();
  const anew = await tenancy.ensureAgain(undefined);
  await expect(doors.authenticate(anew ?? "", here)).resolves.toMatchObject({ role: "owner" });
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
    await expect(doors.authenticate(first, here)).resolves.toMatchObject({ token: caller.token });
    await expect(administration.rotateToken(caller, { id: caller.token, overlapMs: 0 })).rejects.toMatchObject({
      code: "input.invalid",
    });
    await tenancy.ensureAgain(ownerToken, second);
    await expect(doors.authenticate(first, here)).rejects.toMatchObject({ code: "auth.invalid" });
    await expect(doors.resumeSession(opened, here)).rejects.toMatchObject({ code: "session.unknown" });
    await expect(doors.authenticate(second, here)).resolves.toBeDefined();
    await tenancy.ensureAgain(ownerToken);
    await expect(doors.authenticate(second, here)).rejects.toMatchObject({ code: "auth.invalid" });
    await tenancy.ensureAgain(ownerToken, first);
    await expect(doors.authenticate(first, here)).resolves.toBeDefined();
  },
);
