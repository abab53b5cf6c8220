import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { someone, withCore, workOf } from "../../../test/support/core.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { NewCall, Store } from "../store/store.ts";
import type { Work } from "./work.ts";

const ada = someone("ada");

function early(name: string, run: Work["run"]): Work {
  return workOf(name, run, { resumable: true, beginsEarly: true });
}

const answers = early("answers", async () => ({ content: "42" }));

/** The store, whose acceptances pass by `seen` first. */
function passing(seen: (call: NewCall) => void): (store: Store) => Store {
  return (store) => ({
    ...store,
    accept: async (call) => {
      seen(call);
      return await store.accept(call);
    },
  });
}

test("what may begin early and ends at once is accepted with its ending, in one commit", async () => {
  await withCore({ works: [answers] }, async (core) => {
    const row = await core.start(ada, { tool: "answers" });
    expect(row.state).toMatchObject({ phase: "succeeded", seq: 3 });
    expect(await core.calls.get(ada, row.id)).toMatchObject({ phase: "succeeded", result: { content: "42" } });
    const { rows } = await core.store.journal({ call: row.id, after: 0, maxBytes: 10_000 });
    expect(rows.map(({ from, entries }) => [from, entries.map(({ type }) => type)])).toEqual([
      [1, ["call.accepted", "call.started", "call.succeeded"]],
    ]);
    expect(core.held).toBe(0);
    expect(core.watch.endings).toMatchObject([{ call: row.id, phase: "succeeded" }]);
  });
});

promise("lost.accepted", "no step begins before its call is durable, however early its tool does", async () => {
  const log: string[] = [];
  const steps = early("steps", async (context) => {
    await context.unsafeStep("effect", async () => void log.push("effect"));
    return { content: "" };
  });
  const wrapStore = (store: Store): Store => ({
    ...store,
    accept: async (call) => {
      const accepted = await store.accept(call);
      log.push("durable");
      return accepted;
    },
  });
  await withCore({ works: [steps], wrapStore }, async (core) => {
    await core.ended((await core.start(ada, { tool: "steps" })).id);
    expect(log).toEqual(["durable", "effect"]);
  });
});

promise(
  "lost.accepted",
  "a call that cannot be accepted is refused, and what had begun of it ends untold",
  async () => {
    const aborted = Promise.withResolvers<void>();
    const waits = early("waits", async ({ signal }) => {
      signal.addEventListener("abort", () => aborted.resolve());
      return await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    const wrapStore = passing(() => {
      throw new Fault("store.unavailable", "Cannot write");
    });
    await withCore({ works: [waits, answers], wrapStore }, async (core) => {
      for (const tool of ["waits", "answers"])
        await expect(core.start(ada, { tool })).rejects.toMatchObject({ code: "store.unavailable" });
      await aborted.promise;
      while (core.held > 0) await new Promise(setImmediate);
      expect(core.calls.phases()).toEqual({});
      expect([core.watch.endings, core.watch.bugs]).toEqual([[], []]);
    });
  },
);

promise(
  ["share.same-call", "leak.inflight"],
  "the same key gives the same call, however early a second one begins",
  async () => {
    const ids: CallId[] = [];
    const wrapStore = passing(({ id }) => void ids.push(id));
    await withCore({ works: [answers], wrapStore }, async (core) => {
      const [first, second] = await Promise.all([1, 2].map(() => core.start(ada, { tool: "answers", key: "k" })));
      expect(second?.id).toBe(first?.id);
      await core.ended(first?.id as CallId);
      expect(core.watch.deduplications).toEqual(["key"]);
      expect(core.watch.endings).toHaveLength(1);
      expect(ids).toHaveLength(2);
      const other = ids.find((id) => id !== first?.id) as CallId;
      expect(await core.store.call({ call: other })).toBeUndefined();
      expect(core.calls.phases()).toEqual({});
      expect(core.held).toBe(0);
    });
  },
);
