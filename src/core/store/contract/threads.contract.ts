import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import type { ThreadId } from "../../../protocol/ids.ts";
import type { Store } from "../store.ts";
import type { RecordTurns, SearchPlace } from "../threads.ts";
import { act, ann, begin, bob, callNamed, dayMs, finish, type OpenStore, principal, startedAt } from "./fixture.ts";

const talk = "talk" as ThreadId;
const other = "other" as ThreadId;

/** A question and its answer, by the call `name`. */
function exchange(name: string, more: Partial<RecordTurns> = {}): RecordTurns {
  return {
    thread: talk,
    principal: ann,
    call: callNamed(name),
    tool: "chat",
    at: startedAt,
    turns: [
      { role: "user", text: `question of ${name}`, more: "{}" },
      { role: "assistant", text: `answer of ${name}`, more: '{"model":"small-1"}' },
    ],
    title: "how it began",
    ...more,
  };
}

async function texts(store: Store, more: Partial<Parameters<Store["turns"]>[0]> = {}): Promise<string[]> {
  const rows = await store.turns({ thread: talk, principal: ann, from: { after: 0 }, maxBytes: 1e6, ...more });
  return rows.map(({ seq, text }) => `${seq} ${text}`);
}

const whole = { bytes: 0, isWhole: true };

function turnOf(text: string): RecordTurns["turns"][number] {
  return { role: "user", text, more: "{}" };
}

/** What ann holds. */
async function heldBy(store: Store): Promise<number> {
  const maxBytes = Number.MAX_SAFE_INTEGER;
  const { left } = await store.sweep({ endedBefore: 0, maxBytes, elsewhere: [], keep: [], now: startedAt });
  return left.find(({ principal }) => principal === ann)?.bytes ?? 0;
}

/** Conversations: kept until they are deleted, each its owner's. */
export function threadsContract(open: OpenStore): void {
  promise("lost.restart-threads", "a thread and its turns are there after a restart, in their order", async () => {
    await using opened = await open();
    await opened.store.recordTurns(exchange("c1"));
    await opened.store.recordTurns(exchange("c2", { at: startedAt + 5 }));
    const store = await opened.reopen();
    expect(await store.thread({ thread: talk, principal: ann })).toEqual({
      id: "talk",
      principal: "ann",
      name: null,
      title: "how it began",
      createdAt: startedAt,
      updatedAt: startedAt + 5,
      turns: 4,
      bytes: expect.any(Number),
    });
    expect(await texts(store)).toEqual(["1 question of c1", "2 answer of c1", "3 question of c2", "4 answer of c2"]);
    const [, answer] = await store.turns({ thread: talk, principal: ann, from: { after: 0 }, maxBytes: 1e6 });
    const told = { seq: 2, at: startedAt, call: "c1", tool: "chat", role: "assistant", text: "answer of c1" };
    expect(answer).toEqual({ ...told, more: '{"model":"small-1"}' });
  });

  promise("lost.restart-threads", "what a call adds is added once, however often it is told", async () => {
    await using opened = await open();
    expect(await opened.store.recordTurns(exchange("c1"))).toEqual({ bytes: expect.any(Number) });
    expect(await opened.store.recordTurns(exchange("c1"))).toBe("same");
    expect(await texts(opened.store)).toHaveLength(2);
    const { title: _, ...gone } = exchange("c2", { thread: other });
    expect(await opened.store.recordTurns(gone)).toBe("unknown");
  });

  test("turns are read upwards and downwards, as many as fit and one at least", async () => {
    await using opened = await open();
    const { store } = opened;
    for (const name of ["c1", "c2", "c3"]) await store.recordTurns(exchange(name));
    expect(await texts(store, { from: { after: 4 } })).toEqual(["5 question of c3", "6 answer of c3"]);
    const before = { before: Number.MAX_SAFE_INTEGER };
    expect(await texts(store, { from: before, maxBytes: 1 })).toEqual(["6 answer of c3"]);
    expect(await texts(store, { from: { before: 3 } })).toEqual(["2 answer of c1", "1 question of c1"]);
    expect(await texts(store, { from: { after: 6 } })).toEqual([]);
  });

  test("text that no table likes comes back as it was, and is found", async () => {
    await using opened = await open();
    const text = 'a "quote"\n100% \\ _ \u0000 ünïcode 漢字';
    await opened.store.recordTurns(exchange("c1", { turns: [{ role: "user", text, more: "{}" }] }));
    expect(await texts(opened.store)).toEqual([`1 ${text}`]);
    const found = async (sought: string) =>
      (await opened.store.searchThreads({ principal: ann, limit: 10, text: sought })).threads.length;
    for (const sought of ['"QUOTE"', 'quote"\n100%', "\\ _ \u0000", "漢", "ünï"])
      expect(await found(sought), sought).toBe(1);
    for (const sought of ["100_", "%quote", "nowhere"]) expect(await found(sought), sought).toBe(0);
  });

  promise(
    "lost.restart-threads",
    "threads are listed by their last use, named, and found by name and text",
    async () => {
      await using opened = await open();
      const { store } = opened;
      const places = ["t1", "t2", "t3"].map((id) => id as ThreadId);
      for (const [index, thread] of places.entries())
        await store.recordTurns(exchange(`c-${thread}`, { thread, at: startedAt + index }));
      await store.recordTurns(exchange("c4", { thread: places[0] as ThreadId, at: startedAt + dayMs }));
      const ids = async (more: object = {}) =>
        (await store.threads({ principal: ann, limit: 10, ...more })).map(({ id }) => id);
      expect(await ids()).toEqual(["t1", "t3", "t2"]);
      expect(await ids({ limit: 1 })).toEqual(["t1"]);
      expect(await ids({ before: "t1" })).toEqual(["t3", "t2"]);
      const named = await store.nameThread({ thread: places[1] as ThreadId, principal: ann, name: "The Plan" });
      expect(named).toMatchObject({ id: "t2", name: "The Plan" });
      const found = async (text: string) =>
        (await store.searchThreads({ principal: ann, limit: 10, text })).threads.map(({ id }) => id);
      expect(await found("the plan")).toEqual(["t2"]);
      expect(await found("ANSWER of c-t3")).toEqual(["t3"]);
      expect(await found("question")).toEqual(["t1", "t3", "t2"]);
    },
  );

  promise(
    "lost.restart-threads",
    "a search goes on behind the place that it came to, and passes over none",
    async () => {
      await using opened = await open();
      const { store } = opened;
      const names = Array.from({ length: 250 }, (_, index) => `t${String(index).padStart(3, "0")}`);
      // All but the last ones at the same moment: what is alike in its time has an order too.
      for (const [index, name] of names.entries())
        await store.recordTurns(
          exchange(`c-${name}`, { thread: name as ThreadId, at: startedAt + Math.max(0, index - 200) }),
        );
      const found: string[] = [];
      const looks: number[] = [];
      let behind: SearchPlace | null | undefined;
      while (behind !== null) {
        const look = await store.searchThreads({
          principal: ann,
          limit: 70,
          text: "answer of c-t",
          ...(behind && { behind }),
        });
        found.push(...look.threads.map(({ id }) => id));
        looks.push(look.looked);
        behind = look.next;
      }
      expect(found).toEqual(names.toReversed());
      expect(looks).toEqual([70, 70, 70, 40]);
      const none = await store.searchThreads({ principal: ann, limit: 70, text: "nowhere" });
      expect(none).toMatchObject({ threads: [], looked: 100, next: { id: "t150" } });
    },
  );

  promise("lost.restart-threads", "a large thread is looked through in parts, and what is behind it too", async () => {
    await using opened = await open();
    const { store } = opened;
    const large = "x".repeat(600_000);
    const turns = [large, "needle one", large, large, "needle two"].map(turnOf);
    await store.recordTurns(exchange("c1", { thread: other, at: startedAt }));
    await store.recordTurns(exchange("c2", { turns, at: startedAt + 1 }));
    const looks = async (text: string, limit = 10) => {
      const found: string[] = [];
      let [looked, count] = [0, 0];
      for (let behind: SearchPlace | null | undefined; behind !== null; count++) {
        const look = await store.searchThreads({ principal: ann, limit, text, ...(behind && { behind }) });
        expect(look.bytes).toBeLessThan(1_300_000);
        found.push(...look.threads.map(({ id }) => id));
        looked += look.looked;
        behind = look.next;
      }
      return { found, looked, count };
    };
    expect(await looks("needle two")).toEqual({ found: ["talk"], looked: 2, count: 4 });
    expect(await looks("needle one")).toEqual({ found: ["talk"], looked: 2, count: 2 });
    expect(await looks("answer of c1")).toEqual({ found: ["other"], looked: 2, count: 4 });
    await store.nameThread({ thread: talk, principal: ann, name: "large one" });
    expect(await looks("LARGE")).toEqual({ found: ["talk"], looked: 2, count: 2 });
    await store.deleteThread({ thread: other, principal: ann });
    expect(await looks("large")).toEqual({ found: ["talk"], looked: 1, count: 1 });
  });

  promise("leak.cross-tenant", "a thread is unknown to everybody but its owner, whatever they ask of it", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.recordTurns(exchange("c1"));
    const asBob = { thread: talk, principal: bob };
    expect(await store.thread(asBob)).toBeUndefined();
    expect(await store.turns({ ...asBob, from: { after: 0 }, maxBytes: 1e6 })).toEqual([]);
    expect(await store.threads({ principal: bob, limit: 10 })).toEqual([]);
    expect(await store.searchThreads({ principal: bob, limit: 10, text: "question" })).toEqual({
      threads: [],
      looked: 0,
      bytes: 0,
      next: null,
    });
    expect(await store.recordTurns(exchange("c2", { principal: bob }))).toBe("unknown");
    expect(await store.nameThread({ ...asBob, name: "mine" })).toBeUndefined();
    expect(await store.copyThread({ from: talk, to: other, principal: bob, at: startedAt, turns: 2 })).toBe("unknown");
    expect(await store.deleteThread(asBob)).toBe("unknown");
    expect(await texts(store)).toHaveLength(2);
  });

  promise("leak.cross-tenant", "a search finds nothing of others between the caller's own", async () => {
    await using opened = await open();
    const { store } = opened;
    const places = ["t1", "t2", "t3"].map((id) => id as ThreadId);
    for (const [index, thread] of places.entries()) {
      const principal = index === 1 ? bob : ann;
      await store.recordTurns(exchange(`c-${thread}`, { thread, principal, at: startedAt + index }));
    }
    const { threads } = await store.searchThreads({ principal: ann, limit: 10, text: "question" });
    expect(threads.map(({ id }) => id)).toEqual(["t3", "t1"]);
  });

  test("a copy has the turns of its original and goes its own way", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.recordTurns(exchange("c1"));
    const copy = async (turns = 2) =>
      await store.copyThread({ from: talk, to: other, principal: ann, at: startedAt + 1, turns });
    const bytes = await heldBy(store);
    expect(await copy()).toEqual({ bytes, isWhole: true });
    expect(await heldBy(store)).toBe(2 * bytes);
    await store.recordTurns(exchange("c2", { thread: other }));
    await store.recordTurns(exchange("c3"));
    await store.recordTurns(exchange("c4"));
    expect([await copy(), await copy(6)]).toEqual([whole, whole]);
    expect(await texts(store)).toHaveLength(6);
    expect(await texts(store, { thread: other })).toEqual([
      "1 question of c1",
      "2 answer of c1",
      "3 question of c2",
      "4 answer of c2",
    ]);
    await store.deleteThread({ thread: talk, principal: ann });
    expect(await texts(store, { thread: other })).toHaveLength(4);
    expect([await copy(), await copy(6)]).toEqual([whole, whole]);
  });

  promise("leak.disk", "a large thread is copied step by step, and each step is counted", async () => {
    await using opened = await open();
    const { store } = opened;
    for (const n of [1, 2, 3]) await store.recordTurns(exchange(`c${n}`, { turns: [turnOf("x".repeat(300_000))] }));
    const before = await heldBy(store);
    const steps: object[] = [];
    for (let isWhole = false; !isWhole; ) {
      const copied = await store.copyThread({ from: talk, to: other, principal: ann, at: startedAt, turns: 3 });
      if (copied === "unknown") throw new Error("Expected a copy");
      steps.push(copied);
      isWhole = copied.isWhole;
    }
    const [first] = steps;
    expect(steps).toEqual([first, first, { ...first, isWhole: true }]);
    expect(await texts(store, { thread: other })).toEqual(await texts(store));
    expect(await heldBy(store)).toBe(2 * before);
  });

  promise("leak.disk", "beyond the size the conversations of whoever holds most go once its calls have", async () => {
    await using opened = await open();
    const { store } = opened;
    const asked = (thread: string, more: object) =>
      exchange(`c-${thread}`, { thread: thread as ThreadId, turns: [turnOf("x".repeat(1000))], ...more });
    await finish(store, "bobs", { principal: bob });
    await store.recordTurns(asked("bobs-talk", { principal: bob }));
    await finish(store, "c1");
    for (const [n, thread] of ["t1", "t2", "t3", "t4", "t5"].entries())
      await store.recordTurns(asked(thread, { at: startedAt + n }));
    await begin(store, "c2", { thread: "t1" as ThreadId });
    const sweep = async (maxBytes: number, more: object = {}) =>
      await store.sweep({ endedBefore: 0, maxBytes, elsewhere: [], keep: [], now: startedAt, ...more });
    expect(await sweep(10_000)).toMatchObject({ calls: [], threads: 0 });
    const { left } = await sweep(5_500);
    expect(left.map(({ principal }) => principal).toSorted()).toEqual(["ann", "bob"]);
    const ids = async (principal = ann) => (await store.threads({ principal, limit: 9 })).map(({ id }) => id);
    expect(await ids()).toEqual(["t5", "t4", "t1"]);
    expect((await store.calls({ limit: 9 })).map(({ id }) => id)).toEqual(["c2", "bobs"]);
    // What is outside of the store counts for whoever it belongs to.
    const elsewhere = [{ principal: bob, bytes: 3_000 }];
    expect(await sweep(7_000, { elsewhere })).toMatchObject({ calls: ["bobs"], threads: 1 });
    expect(await ids()).toEqual(["t5", "t4", "t1"]);
    expect(await sweep(10, { elsewhere })).toMatchObject({ threads: 2 });
    expect(await ids()).toEqual(["t1"]);
    expect(await heldBy(store)).toBeLessThan(1_500);
    // Of what went nothing is left: one called like it begins anew.
    const anew = await store.recordTurns(asked("t2", { turns: [turnOf("anew")] })).catch(() => "hindered");
    expect(anew).toEqual({ bytes: expect.any(Number) });
  });

  promise(
    "lost.restart-threads",
    "a deleted thread goes with its turns and calls, and not while one of them runs",
    async () => {
      await using opened = await open();
      const { store } = opened;
      await finish(store, "talk");
      await finish(store, "c2", { thread: talk });
      await finish(store, "c3");
      await finish(store, "below", { parent: callNamed("c2") });
      await store.recordTurns(exchange("talk"));
      await store.recordTurns(exchange("c2"));
      const asked = { thread: talk, principal: ann };
      const running = await begin(store, "c4", { thread: talk });
      expect(await store.deleteThread(asked)).toBe("busy");
      const ending = { type: "call.succeeded" as const, at: startedAt, data: '{"result":{"content":""}}' };
      await store.append({ call: running.id, fence: running.fence, entries: [ending] });
      const calls = ["talk", "c4", "c2", "below"];
      expect(await store.deleteThread(asked)).toEqual({ calls, isWhole: true });
      expect(await store.thread(asked)).toBeUndefined();
      expect(await texts(store)).toEqual([]);
      expect((await store.calls({ limit: 10 })).map(({ id }) => id)).toEqual(["c3"]);
      expect(await store.journal({ call: callNamed("c2"), after: 0, maxBytes: 1e6 })).toEqual({ head: 0, rows: [] });
      expect(await store.deleteThread(asked)).toBe("unknown");
      const anew = await store.recordTurns(exchange("c9")).catch(() => "hindered");
      expect(anew).toEqual({ bytes: expect.any(Number) });
      expect(await texts(store)).toEqual(["1 question of c9", "2 answer of c9"]);
    },
  );

  promise(
    ["share.fair", "lost.restart-threads"],
    "a large thread is unknown from the first step of its deletion on; what a crash leaves of it goes with the sweeps",
    async () => {
      await using opened = await open();
      const { store } = opened;
      await store.putPrincipal({ principal: principal(ann) });
      for (let n = 0; n < 210; n++) await finish(store, `c${n + 100}`, { thread: talk });
      const large = { turns: [turnOf("x".repeat(1_500_000))] };
      for (const n of [1, 2, 3, 4, 5, 6]) await store.recordTurns(exchange(`t${n}`, large));
      const asked = { thread: talk, principal: ann };
      const first = await store.deleteThread(asked);
      expect(first).toMatchObject({ calls: { length: 200 }, isWhole: false });
      expect(await store.thread(asked)).toBeUndefined();
      expect(await store.threads({ principal: ann, limit: 9 })).toEqual([]);
      expect(await texts(store)).toEqual([]);
      expect(await store.recordTurns(exchange("late"))).toBe("unknown");
      expect(await store.deleteThread({ ...asked, principal: bob })).toBe("unknown");
      const after = await opened.reopen();
      const sweep = { endedBefore: 0, maxBytes: 1e9, elsewhere: [], keep: [], now: startedAt };
      // All of it has ceased to count but the calls that were left.
      const swept = await after.sweep(sweep);
      expect(swept).toMatchObject({ calls: { length: 10 }, threads: 1, left: [] });
      expect(await after.deleteThread(asked)).toEqual({ calls: [], isWhole: false });
      for (let steps = 0; steps < 3 && (await after.sweep(sweep)).threads > 0; ) steps++;
      expect(await after.deleteThread(asked)).toBe("unknown");
      expect(await after.sweep(sweep)).toMatchObject({ calls: [], threads: 0, left: [] });
      expect(await after.recordTurns(exchange("anew"))).toEqual({ bytes: expect.any(Number) });
    },
  );

  test("threads stay when their calls are swept, count as kept, and go with their principal", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.putPrincipal({ principal: principal(ann) });
    await finish(store, "talk");
    await store.recordTurns(exchange("talk"));
    const sweep = { endedBefore: startedAt + 1, maxBytes: 1e9, elsewhere: [], keep: [], now: startedAt + 1 };
    const { bytes = 0 } = (await store.thread({ thread: talk, principal: ann })) ?? {};
    expect(await store.sweep(sweep)).toMatchObject({ calls: ["talk"], left: [{ principal: ann, bytes }] });
    expect(await texts(store)).toHaveLength(2);
    await store.removePrincipal({ id: ann, audit: act("removed") });
    expect(await texts(store)).toEqual([]);
  });
}
