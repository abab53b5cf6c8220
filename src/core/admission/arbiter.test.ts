import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { Door, never, settled } from "../../../test/support/door.ts";
import { Cancelled } from "../../base/abort.ts";
import type { PrincipalId } from "../../protocol/ids.ts";
import type { Ask, Permit } from "./admission.ts";

promise("leak.permit-once", "a permit given back twice frees one slot, not two", async () => {
  const door = new Door({ global: 1 });
  for (const name of ["first", "second", "third"]) door.ask(name);
  await settled();
  expect(await door.leave("first")).toEqual(["second"]);
  expect(await door.leave("first")).toEqual([]);
  expect(door.arbiter.counts()["work"]).toMatchObject({ held: 1, waiting: 1 });
});

promise("leak.permit", "an abort in the same turn as the grant neither loses a permit nor keeps one", async () => {
  for (const order of ["grant first", "abort first"]) {
    const door = new Door({ global: 1 });
    const abort = new AbortController();
    door.ask("first");
    await settled();
    door.ask("second", {}, abort.signal);
    const acts = [() => door.permits.get("first")?.[Symbol.dispose](), () => abort.abort(new Cancelled("caller"))];
    for (const act of order === "grant first" ? acts : acts.toReversed()) act();
    await settled();
    expect(door.granted.length - 1 + door.refused.length).toBe(1);
    await door.leave("second");
    expect(door.arbiter.counts()["work"]).toEqual({ held: 0, quarantined: 0, waiting: 0, limit: 1 });
  }
});

promise("leak.permit", "what a tool holds that outlives its call stays taken, and is counted apart", async () => {
  const door = new Door({ global: 1 });
  door.ask("stuck", { provider: "glm:main" });
  door.ask("next");
  await settled();
  door.permits.get("stuck")?.quarantine();
  await settled();
  expect(door.granted).toEqual(["stuck"]);
  expect(door.arbiter.counts()).toMatchObject({
    work: { held: 0, quarantined: 1, waiting: 1 },
    "provider:glm": { held: 0, quarantined: 1, limit: 4 },
  });
  expect(await door.leave("stuck")).toEqual(["next"]);
  expect(door.arbiter.counts()["work"]).toMatchObject({ held: 1, quarantined: 0 });
});

promise(
  "leak.cross-tenant",
  "whose accounts at a provider are used is told to nobody: only how much of them",
  async () => {
    const door = new Door();
    for (const principal of ["ann", "ben"]) door.ask(principal, { principal, provider: `notes:${principal}` });
    await settled();
    const { work: _work, command: _command, ...providers } = door.arbiter.counts();
    expect(providers).toEqual({ "provider:notes": { held: 2, quarantined: 0, waiting: 0, limit: 8 } });
  },
);

promise("leak.deadlock", "a call that comes back from a pause does not wait for the thread that it kept", async () => {
  const door = new Door();
  door.ask("paused", { thread: "t" });
  await settled();
  const parked = door.permits.get("paused")?.park();
  door.ask("other", { thread: "t" });
  door.ask("back", { thread: "t", ahead: true, ...(parked && { parked }) });
  await settled();
  expect(door.granted).toEqual(["paused", "back"]);
  expect(await door.leave("back")).toEqual(["other"]);
});

test("a call that comes back with a permit which the arbiter never gave out is told so: nothing is taken for it", async () => {
  const { arbiter } = new Door();
  const foreign: Permit = {
    waitedMs: 0,
    quarantine() {},
    park: () => foreign,
    lend: () => undefined,
    [Symbol.dispose]() {},
  };
  const ask = { principal: "ann" as PrincipalId, session: "s", lane: "work", ahead: true, onQueued() {} } as const;
  await expect(arbiter.enter({ ...ask, parked: foreign }, never())).rejects.toThrow("never gave out");
  expect(arbiter.counts()["work"]).toMatchObject({ held: 0, waiting: 0 });
});

promise(
  "leak.deadlock",
  "a slot that came with the grant is lent or given back before a leaf is waited for",
  async () => {
    const door = new Door({ providers: { glm: 1, kimi: 1 } });
    door.ask("a", { provider: "glm:main" });
    door.ask("b", { provider: "kimi:main" });
    await settled();
    expect(door.permits.get("a")?.lend("kimi:main")).toBeUndefined();
    door.leaf("leaf", "bob");
    await settled();
    expect(door.granted).toContain("leaf");
    using lent = door.permits.get("b")?.lend("kimi:main");
    expect(lent).toBeDefined();
    expect(door.permits.get("b")?.lend("kimi:main")).toBeUndefined();
  },
);

promise("leak.deadlock", "permits are taken together or not at all: who waits holds none", async () => {
  const door = new Door({ global: 2, providers: { glm: 1 } });
  door.ask("holder", { provider: "glm:main" });
  door.ask("waiter", { provider: "glm:main", thread: "t" });
  door.ask("same thread", { thread: "t", ahead: true });
  await settled();
  expect(door.granted).toEqual(["holder", "same thread"]);
});

promise(
  "share.limits",
  "limits hold for all, for a principal and for a session, and each lane has its own",
  async () => {
    const door = new Door({ global: 4, principal: 3, session: 2, commands: 1 });
    for (const session of ["s1", "s1", "s1", "s2", "s2"]) door.ask(`ada ${session}`, { session });
    for (const session of ["s1", "s2"]) door.ask(`bob ${session}`, { session, principal: "bob" });
    door.ask("command", { lane: "command" });
    door.ask("second command", { lane: "command", principal: "bob" });
    await settled();
    expect(door.granted).toEqual(["ada s1", "ada s1", "ada s2", "bob s1", "command"]);
  },
);

promise("share.limits", "each account of a provider has that provider's slots, others the default", async () => {
  const door = new Door({ providers: { glm: 1 }, defaultProvider: 2 });
  for (const provider of ["glm:a", "glm:a", "glm:b", "new:a", "new:a", "new:a"]) door.ask(provider, { provider });
  await settled();
  expect(door.granted).toEqual(["glm:a", "glm:b", "new:a", "new:a"]);
});

promise(
  "share.limits",
  "one call of a thread runs at a time, in the order they came, and holds up nobody else",
  async () => {
    const door = new Door();
    for (const name of ["t1", "t2", "t3"]) door.ask(name, { thread: "t", session: name });
    door.ask("other principal", { thread: "t", principal: "bob" });
    door.ask("no thread");
    await settled();
    expect(door.granted).toEqual(["t1", "other principal", "no thread"]);
    expect(await door.leave("t1")).toEqual(["t2"]);
    expect(await door.leave("t2")).toEqual(["t3"]);
  },
);

test("who stood behind one that gives up in its thread's line goes on", async () => {
  const door = new Door({ providers: { glm: 1 } });
  const abort = new AbortController();
  door.ask("holder", { provider: "glm:main" });
  door.ask("first", { thread: "t", provider: "glm:main" }, abort.signal);
  door.ask("second", { thread: "t" });
  await settled();
  expect(door.granted).toEqual(["holder"]);
  abort.abort(new Cancelled("caller"));
  await settled();
  expect(door.granted).toEqual(["holder", "second"]);
});

test("a provider without a free slot holds back only its own callers", async () => {
  const door = new Door({ providers: { glm: 1 } });
  for (const name of ["g1", "g2", "g3"]) door.ask(name, { provider: "glm:main" });
  door.ask("kimi", { provider: "kimi:main" });
  await settled();
  expect(door.granted).toEqual(["g1", "kimi"]);
});

test("a pause gives back a call's permits but not its thread; a command keeps its slot", async () => {
  const door = new Door({ global: 1, commands: 1 });
  door.ask("call", { thread: "t", provider: "glm:main" });
  door.ask("command", { lane: "command" });
  await settled();
  door.ask("next");
  door.ask("same thread", { thread: "t", principal: "ada" });
  door.ask("next command", { lane: "command" });
  const parked = ["call", "command"].map((name) => door.permits.get(name)?.park());
  await settled();
  expect(door.granted).toEqual(["call", "command", "next"]);
  expect(door.arbiter.counts()).toMatchObject({ work: { held: 1 }, command: { held: 1, waiting: 1 } });
  for (const permit of parked) permit?.[Symbol.dispose]();
  await settled();
  expect(door.granted.at(-1)).toBe("next command");
  expect(await door.leave("next")).toEqual(["same thread"]);
});

test("calls that held a permit before go ahead of their session's new ones", async () => {
  const door = new Door({ global: 1 });
  for (const name of ["first", "new", "newer"]) door.ask(name);
  for (const name of ["back", "back later"]) door.ask(name, { ahead: true });
  await settled();
  for (const [name, next] of [
    ["first", "back"],
    ["back", "back later"],
    ["back later", "new"],
    ["new", "newer"],
  ] as const)
    expect(await door.leave(name)).toEqual([next]);
});

test("a permit says how long it was waited for", async () => {
  const door = new Door({ global: 1 });
  door.ask("first");
  door.ask("second");
  await door.clock.advance(1500);
  await door.leave("first");
  expect([door.permits.get("first")?.waitedMs, door.permits.get("second")?.waitedMs]).toEqual([0, 1500]);
});

test("a listener that throws, or gives up, while it is told its place leaves nothing in line", async () => {
  const door = new Door({ global: 0 });
  const abort = new AbortController();
  const base: Ask = { principal: "ada" as PrincipalId, session: "s", lane: "work", ahead: false, onQueued: () => {} };
  const bug = new Error("a bug of the listener");
  const throwing = () => {
    throw bug;
  };
  await expect(door.arbiter.enter({ ...base, onQueued: throwing }, never())).rejects.toBe(bug);
  const leaving = door.arbiter.enter({ ...base, onQueued: () => abort.abort(bug) }, abort.signal);
  await expect(leaving).rejects.toBe(bug);
  expect(door.arbiter.counts()["work"]?.waiting).toBe(0);
});
