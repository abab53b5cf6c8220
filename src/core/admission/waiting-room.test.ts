import { expect } from "vitest";
import { promise } from "../../../test/promise.ts";
import { Door, settled } from "../../../test/support/door.ts";
import { Cancelled } from "../../base/abort.ts";

promise(
  "share.fair",
  "a principal with 5,000 waiting calls delays another by one turn, however many there are",
  async () => {
    const door = new Door({ global: 1, maxWaitingPerPrincipal: 5000 });
    door.ask("running", { principal: "flood" });
    for (let i = 0; i < 5000; i++) door.ask(`flood ${i}`, { principal: "flood", session: `s${i % 100}` });
    for (const name of ["a", "b"]) door.ask(name, { principal: "calm" });
    await settled();
    const order = [
      await door.leave("running"),
      await door.leave("flood 0"),
      await door.leave("a"),
      await door.leave("flood 1"),
    ];
    expect(order.flat()).toEqual(["flood 0", "a", "flood 1", "b"]);
  },
);

promise(
  "share.fair",
  "a session with many waiting calls delays its principal's other session by one turn",
  async () => {
    const door = new Door({ global: 1 });
    for (let i = 0; i < 500; i++) door.ask(`busy ${i}`, { session: "busy" });
    door.ask("calm", { session: "calm" });
    await settled();
    expect([await door.leave("busy 0"), await door.leave("busy 1")].flat()).toEqual(["busy 1", "calm"]);
  },
);

promise(
  "share.fair",
  "a principal's many leaves leave a slot to another's leaf, and to a new call that needs one",
  async () => {
    const door = new Door({ providers: { glm: 1 } });
    for (let i = 0; i < 50; i++) door.leaf(`flood ${i}`, "flood");
    door.leaf("leaf", "calm");
    door.ask("call", { principal: "calm", provider: "glm:main" });
    await settled();
    for (let turn = 0; !door.granted.includes("leaf") || !door.granted.includes("call"); turn += 1) {
      expect(turn).toBeLessThan(5);
      await door.leave(door.granted.at(-1) ?? "");
    }
  },
);

promise(
  "share.fair",
  "all 10,000 that may wait get in, each once, though most of them are blocked at first",
  async () => {
    const door = new Door({ global: 2, principal: 2, session: 2, providers: { glm: 1 } });
    for (let i = 0; i < 10_000; i++) {
      const blocked = i % 3 === 0 ? { provider: "glm:main" } : { thread: `t${i % 7}` };
      door.ask(String(i), { principal: `p${i % 40}`, session: `s${i % 5}`, ...blocked });
    }
    await settled();
    for (let next = 0; next < door.granted.length; next += 1) await door.leave(door.granted[next] ?? "");
    expect(new Set(door.granted).size).toBe(10_000);
    expect(door.arbiter.counts()["work"]).toMatchObject({ held: 0, waiting: 0 });
  },
);

promise("share.queue", "a full line refuses at once with a retry time, and says whose line is full", async () => {
  const door = new Door({ global: 0, maxWaitingPerPrincipal: 3, maxWaiting: 4 });
  for (let i = 0; i < 4; i++) door.ask("ada");
  for (let i = 0; i < 2; i++) door.ask("bob", { principal: "bob" });
  await settled();
  const expected = (of: string, limit: number) => ({
    code: "admission.queue-full",
    facts: { of, limit, waiting: limit },
    retry: { safe: true, afterMs: expect.any(Number) },
  });
  expect(door.refused).toMatchObject([expected("principal", 3), expected("daemon", 4)]);
  door.ask("back", { ahead: true });
  await settled();
  expect(door.refused).toHaveLength(2);
});

promise("share.queue", "a call that has to wait is told its place once; one that may run is told nothing", async () => {
  const door = new Door({ global: 1 });
  door.ask("runs");
  expect(door.places).toEqual([]);
  for (let i = 0; i < 3; i++) door.ask("waits");
  door.ask("other", { principal: "bob" });
  await settled();
  await door.leave("runs");
  expect(door.places).toEqual([1, 2, 3, 1]);
});

promise("share.queue", "who gives up leaves the line at once and rejects with the signal's reason", async () => {
  const door = new Door({ global: 0, maxWaitingPerPrincipal: 1 });
  const abort = new AbortController();
  const reason = new Cancelled("caller");
  door.ask("impatient", {}, abort.signal);
  abort.abort(reason);
  expect(door.arbiter.counts()["work"]?.waiting).toBe(0);
  expect(door.clock.waiting).toBe(1);
  door.ask("next");
  await settled();
  expect(door.refused).toEqual([reason]);
  expect(door.clock.waiting).toBe(1);
});

promise(
  "share.queue",
  "a new call waits for 60 s and no longer; one that goes ahead waits as long as it takes",
  async () => {
    const door = new Door({ global: 0 });
    door.ask("new");
    door.ask("ahead", { ahead: true });
    await door.clock.advance(59_999);
    expect(door.refused).toEqual([]);
    await door.clock.advance(1);
    expect(door.refused).toMatchObject([{ code: "admission.waited", retry: { afterMs: expect.any(Number) } }]);
    await door.clock.advance(3_600_000);
    expect(door.arbiter.counts()["work"]?.waiting).toBe(1);
  },
);
