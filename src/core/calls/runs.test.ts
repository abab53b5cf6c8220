import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { someone, withCore, workOf } from "../../../test/support/core.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { waiting } from "../../../test/support/waiting.ts";
import type { SessionId } from "../../protocol/ids.ts";
import type { Store } from "../store/store.ts";

const ada = someone("ada");

const answers = workOf("answers", async () => ({ content: "42" }));

test("what runs is counted by its phase and known by its session, until its ending is durable", async () => {
  const { work, began } = waiting();
  await withCore({ works: [work] }, async (core) => {
    const [mine, another] = [ada.session, "another"] as [SessionId, SessionId];
    const { id } = await core.start(ada, { tool: "waits" });
    await began;
    expect([core.calls.phases(), core.calls.hasOpen(mine), core.calls.hasOpen(another)]).toEqual([
      { running: 1 },
      true,
      false,
    ]);
    await core.calls.control(ada, id, "cancel");
    await core.ended(id);
    expect([core.calls.phases(), core.calls.hasOpen(mine)]).toEqual([{}, false]);
  });
});

promise(
  "lost.sigterm",
  "a drain refuses new calls with a retry hint, lets the running one finish, and ends the rest",
  async () => {
    const finish = Promise.withResolvers<void>();
    const finishing = workOf("finishing", async () => {
      await finish.promise;
      return { content: "done" };
    });
    const clock = new ManualClock();
    const { work, began } = waiting();
    await withCore({ works: [finishing, work, answers], clock }, async (core) => {
      const a = await core.start(ada, { tool: "finishing" });
      const b = await core.start(ada, { tool: "waits" });
      await began;
      const drained = core.calls.drain(5000);
      await expect(core.start(ada, { tool: "answers" })).rejects.toMatchObject({
        code: "admission.draining",
        retry: { safe: true },
      });
      finish.resolve();
      expect((await core.ended(a.id)).phase).toBe("succeeded");
      await clock.advance(5000);
      await drained;
      expect(await core.calls.get(ada, b.id)).toMatchObject({
        phase: "failed",
        fault: { code: "call.shutdown", retry: { safe: true } },
      });
    });
  },
);

test("a client that has left loses its call after the grace time unless somebody holds it or it was detached", async () => {
  const clock = new ManualClock();
  const works = ["one", "two", "three"].map((name) =>
    waiting(name, { onDisconnect: "cancel", timeoutMs: () => 3_600_000 }),
  );
  await withCore({ works: works.map(({ work }) => work), clock }, async (core) => {
    const here = core.presences.arrive({ session: ada.session as never });
    const missed = await core.start(ada, { tool: "one" });
    const held = await core.start(ada, { tool: "two" });
    const detached = await core.start(ada, { tool: "three", detached: true });
    await Promise.all(works.map(({ began }) => began));
    using _hold = core.presences.hold(held.id);
    here[Symbol.dispose]();
    await clock.advance(59_000);
    expect((await core.calls.get(ada, missed.id)).phase).toBe("running");
    await clock.advance(1000);
    expect((await core.ended(missed.id)).phase).toBe("cancelled");
    expect((await core.calls.get(ada, held.id)).phase).toBe("running");
    expect((await core.calls.get(ada, detached.id)).phase).toBe("running");
  });
});

promise("say.no-swallow", "a write that no repeat can help is a bug, and the daemon can still stop", async () => {
  const wrapStore = (store: Store): Store => ({ ...store, append: () => Promise.reject(new TypeError("broken")) });
  await withCore({ works: [answers], wrapStore }, async (core) => {
    await core.start(ada, { tool: "answers" });
    while (core.watch.bugs.length === 0) await new Promise(setImmediate);
    await core.calls.drain(0);
    expect(core.watch.bugs.map(String)).toEqual(["TypeError: broken"]);
    expect(core.held).toBe(0);
  });
});

promise(
  "auth.expiry",
  "a start that a revocation overtakes is ended, and no other begins under that token",
  async () => {
    const { work } = waiting();
    await withCore({ works: [work] }, async (core) => {
      const starting = core.start(ada, { tool: "waits" });
      core.calls.cancelOf({ token: ada.token });
      const { id } = await starting;
      expect((await core.ended(id)).phase).toBe("cancelled");
      await expect(core.start(ada, { tool: "waits" })).rejects.toMatchObject({ code: "auth.revoked" });
      expect(core.held).toBe(0);
    });
  },
);
