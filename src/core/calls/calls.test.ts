import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { someone, withCore, workOf } from "../../../test/support/core.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { waiting } from "../../../test/support/waiting.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId, SessionId } from "../../protocol/ids.ts";
import type { Store } from "../store/store.ts";

const ada = someone("ada");
const bob = someone("bob");

const answers = workOf("answers", async () => ({ content: "42" }));
const fails = workOf("fails", async () => {
  throw new Fault("model.none", "Cannot ask: no model");
});
const breaks = workOf("breaks", async () => {
  throw new Error("secret detail");
});

promise(
  ["lost.terminal-once", "lost.seq"],
  "a call is accepted, started and ended, numbered from 1, with one ending",
  async () => {
    await withCore({ works: [answers] }, async (core) => {
      const row = await core.start(ada, { tool: "answers" });
      const view = await core.ended(row.id);
      expect(view).toMatchObject({ phase: "succeeded", result: { content: "42" } });
      const events = await core.events(row.id);
      expect(events.map(({ seq, type }) => [seq, type])).toEqual([
        [1, "call.accepted"],
        [2, "call.started"],
        [3, "call.succeeded"],
      ]);
    });
  },
);

promise("say.faults", "an expected failure carries its code, and a bug keeps its text in the log", async () => {
  await withCore({ works: [fails, breaks] }, async (core) => {
    const failed = await core.ended((await core.start(ada, { tool: "fails" })).id);
    expect(failed).toMatchObject({ phase: "failed", fault: { code: "model.none" } });
    const broken = await core.ended((await core.start(ada, { tool: "breaks" })).id);
    expect(broken.fault?.code).toBe("internal");
    expect(JSON.stringify(broken)).not.toContain("secret detail");
    expect(core.watch.bugs.map(String)).toEqual(["Error: secret detail"]);
  });
});

promise("leak.permit", "permits are back after success, fault, bug, cancel and deadline", async () => {
  const { work, began } = waiting();
  const late = waiting("late");
  await withCore({ works: [answers, fails, breaks, work, late.work] }, async (core) => {
    const started = await Promise.all(["answers", "fails", "breaks", "waits"].map((tool) => core.start(ada, { tool })));
    const expiring = await core.start(ada, { tool: "late", deadlineMs: 30 });
    await began;
    await core.calls.control(ada, started[3]?.id as CallId, "cancel");
    const views = await Promise.all([...started, expiring].map(({ id }) => core.ended(id)));
    expect(views.map(({ phase }) => phase)).toEqual(["succeeded", "failed", "failed", "cancelled", "expired"]);
    expect(core.held).toBe(0);
    expect(core.calls.phases()).toEqual({});
  });
});

promise("leak.task", "a cancel reaches the tool's signal and ends the call once", async () => {
  const { work, began } = waiting();
  await withCore({ works: [work] }, async (core) => {
    const { id } = await core.start(ada, { tool: "waits" });
    const context = await began;
    await Promise.all(Array.from({ length: 20 }, () => core.calls.control(ada, id, "cancel")));
    const view = await core.ended(id);
    expect(context.signal.aborted).toBe(true);
    expect(view).toMatchObject({ phase: "cancelled", fault: { code: "call.cancelled" } });
    expect(await core.types(id)).toEqual(["call.accepted", "call.started", "call.cancelling", "call.cancelled"]);
  });
});

test("a result that comes after the cancel is kept and told as partial", async () => {
  const began = Promise.withResolvers<void>();
  const stubborn = workOf("stubborn", async (context) => {
    began.resolve();
    await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
    return { content: "too late" };
  });
  await withCore({ works: [stubborn] }, async (core) => {
    const { id } = await core.start(ada, { tool: "stubborn" });
    await began.promise;
    await core.calls.control(ada, id, "cancel");
    const view = await core.ended(id);
    expect(view).toMatchObject({ phase: "cancelled", fault: { facts: { partial: true } } });
    const kept = (await core.events(id)).find(({ type }) => type === "step.recorded");
    expect(kept?.data).toMatchObject({ step: "result", value: { content: "too late" } });
  });
});

promise(
  "leak.permit",
  "a tool that ignores its signal no longer delays the end, and its permit stays counted until it ends",
  async () => {
    const clock = new ManualClock();
    const began = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const deaf = workOf("deaf", async () => {
      began.resolve();
      await release.promise;
      return { content: "" };
    });
    await withCore({ works: [deaf], clock }, async (core) => {
      const { id } = await core.start(ada, { tool: "deaf" });
      await began.promise;
      await core.calls.control(ada, id, "cancel");
      await clock.advance(10_000);
      expect((await core.ended(id)).phase).toBe("cancelled");
      expect(core.admission.counts()["work"]?.quarantined).toBe(1);
      release.resolve();
      await new Promise(setImmediate);
      expect(core.held).toBe(0);
    });
  },
);

promise(
  ["share.same-call", "leak.inflight"],
  "the same key gives the same call, another input under it is refused, and a refusal does not use it up",
  async () => {
    await withCore({ works: [answers] }, async (core) => {
      const [first, second] = await Promise.all(
        [1, 2].map(() => core.start(ada, { tool: "answers", key: "k", input: { a: 1 } })),
      );
      expect(second?.id).toBe(first?.id);
      await expect(core.start(ada, { tool: "answers", key: "k", input: { a: 2 } })).rejects.toMatchObject({
        code: "call.key-reused",
      });
      const other = await core.start(bob, { tool: "answers", key: "k", input: { a: 1 } });
      expect(other.id).not.toBe(first?.id);
      await core.ended(other.id);
      await core.ended(first?.id as CallId);
    });
  },
);

promise(
  ["share.same-call", "run.caches"],
  "the same call twice runs once, both get its success, and a failure is not shared",
  async () => {
    let runs = 0;
    const gate = Promise.withResolvers<void>();
    const once = workOf(
      "once",
      async (_context, input) => {
        runs += 1;
        const own = runs;
        await gate.promise;
        if (input["fail"] === true && own === 1) throw new Fault("model.unavailable", "Cannot ask");
        return { content: `run ${own}` };
      },
      { idempotent: true },
    );
    await withCore({ works: [once] }, async (core) => {
      const [a, b] = [
        await core.start(ada, { tool: "once", input: { fail: true } }),
        await core.start(ada, { tool: "once", input: { fail: true } }),
      ];
      expect(b.sharedWith).toBe(a.id);
      const foreign = await core.start(bob, { tool: "once", input: { fail: true } });
      expect(foreign.sharedWith).toBeNull();
      gate.resolve();
      expect((await core.ended(a.id)).phase).toBe("failed");
      expect(await core.ended(b.id)).toMatchObject({ phase: "succeeded", sharedWith: a.id });
      await core.ended(foreign.id);
      const third = await core.start(ada, { tool: "once", input: { fail: true } });
      expect((await core.ended(third.id)).phase).toBe("succeeded");
      expect(runs).toBe(3);
      const fresh = await core.start(ada, { tool: "once", input: { fail: true }, fresh: true });
      expect((await core.ended(fresh.id)).result?.content).toBe("run 4");
    });
  },
);

test("a call that shares another's run can be cancelled without ending it", async () => {
  const { work, began } = waiting("waits", { idempotent: true });
  await withCore({ works: [work] }, async (core) => {
    const first = await core.start(ada, { tool: "waits" });
    await began;
    const second = await core.start(ada, { tool: "waits" });
    await core.calls.control(ada, second.id, "cancel");
    expect((await core.ended(second.id)).phase).toBe("cancelled");
    expect((await core.calls.get(ada, first.id)).phase).toBe("running");
  });
});

promise(
  "leak.cross-tenant",
  "another principal's call is as unknown as none, for reading and for control",
  async () => {
    await withCore({ works: [answers] }, async (core) => {
      const { id } = await core.start(ada, { tool: "answers" });
      const refused = { code: "call.unknown" };
      await expect(core.calls.get(bob, id)).rejects.toMatchObject(refused);
      await expect(core.calls.control(bob, id, "cancel")).rejects.toMatchObject(refused);
      await expect(
        core.calls.wait(bob, id, { timeoutMs: 10, signal: new AbortController().signal }),
      ).rejects.toMatchObject(refused);
      expect(await core.calls.list(bob, { limit: 10 })).toEqual([]);
      await core.ended(id);
    });
  },
);

promise(
  "share.queue",
  "a call sees that it is queued and at which place, and a principal's full queue refuses at once",
  async () => {
    const { work, began } = waiting();
    await withCore({ works: [work, answers], limits: { global: 1 }, maxOpenPerPrincipal: 3 }, async (core) => {
      const first = await core.start(ada, { tool: "waits" });
      await began;
      const queued = await core.start(ada, { tool: "answers" });
      await core.start(ada, { tool: "answers" });
      await core.calls.control(ada, queued.id, "resume");
      const refusal = await core.start(ada, { tool: "answers" }).catch((error: unknown) => error);
      expect(refusal).toMatchObject({
        code: "admission.queue-full",
        retry: { safe: true, afterMs: expect.any(Number) },
      });
      const place = (await core.events(queued.id)).find(({ type }) => type === "call.queued");
      expect(place?.data).toEqual({ place: 1 });
      await core.calls.control(ada, first.id, "cancel");
      expect((await core.ended(queued.id)).phase).toBe("succeeded");
    });
  },
);

test("a pause freezes what runs, gives the permit back, stops the deadline, and a resume goes on", async () => {
  const clock = new ManualClock();
  const log: string[] = [];
  const began = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const pausable = workOf("pausable", async (context) => {
    using _part = context.pausable({
      pause: async () => void log.push("pause"),
      resume: async () => void log.push("resume"),
    });
    began.resolve();
    await release.promise;
    return { content: await context.step("after", async () => "ran") };
  });
  await withCore({ works: [pausable], clock }, async (core) => {
    const { id } = await core.start(ada, { tool: "pausable", deadlineMs: 5000 });
    await began.promise;
    expect((await core.calls.control(ada, id, "pause")).phase).toBe("paused");
    expect(core.held).toBe(0);
    await clock.advance(800_000);
    release.resolve();
    expect((await core.calls.control(ada, id, "resume")).phase).toMatch(/running|succeeded/);
    expect(await core.ended(id)).toMatchObject({ phase: "succeeded", result: { content: "ran" } });
    expect(log).toEqual(["pause", "resume"]);
    expect((await core.calls.control(ada, id, "pause")).phase).toBe("succeeded");
  });
});

test("a call paused while it is queued leaves the line and runs after the resume", async () => {
  const { work, began } = waiting();
  await withCore({ works: [work, answers], limits: { global: 1 } }, async (core) => {
    const first = await core.start(ada, { tool: "waits" });
    await began;
    const { id } = await core.start(ada, { tool: "answers" });
    expect((await core.calls.control(ada, id, "pause")).phase).toBe("paused");
    await core.calls.control(ada, first.id, "cancel");
    await core.ended(first.id);
    expect((await core.calls.get(ada, id)).phase).toBe("paused");
    await core.calls.control(ada, id, "resume");
    expect((await core.ended(id)).phase).toBe("succeeded");
  });
});

test("a question waits for its answer from anyone of the principal", async () => {
  const asks = workOf("asks", async (context) => ({ content: String(await context.ask("which?")) }));
  await withCore({ works: [asks] }, async (core) => {
    const { id } = await core.start(ada, { tool: "asks" });
    while ((await core.calls.get(ada, id)).phase !== "waiting") await new Promise(setImmediate);
    expect(core.held).toBe(0);
    const asked = (await core.events(id)).find(({ type }) => type === "input.requested")?.data as { request: string };
    await expect(core.calls.answer(bob, id, { request: asked.request, value: 1 })).rejects.toMatchObject({
      code: "call.unknown",
    });
    await core.calls.answer({ ...ada, session: "elsewhere" as SessionId }, id, {
      request: asked.request,
      value: "left",
    });
    expect((await core.ended(id)).result?.content).toBe("left");
  });
});

promise("lost.accepted", "a store that is away delays an ending and loses nothing", async () => {
  let failures = 3;
  const wrapStore = (store: Store): Store =>
    new Proxy(store, {
      get(target, name) {
        if (name === "append" && failures > 0) {
          failures -= 1;
          return () => Promise.reject(new Fault("store.unavailable", "Cannot write"));
        }
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  await withCore({ works: [answers], wrapStore }, async (core) => {
    const { id } = await core.start(ada, { tool: "answers" });
    expect((await core.ended(id)).phase).toBe("succeeded");
    expect(core.watch.swallows).toEqual(["journal", "journal", "journal"]);
  });
});

test("a step's name stands for one step of its call", async () => {
  const twice = workOf("twice", async (context) => {
    await context.step("same", async () => 1);
    await context.step("same", async () => 2);
    return { content: "" };
  });
  await withCore({ works: [twice] }, async (core) => {
    const { id } = await core.start(ada, { tool: "twice" });
    expect((await core.ended(id)).fault?.code).toBe("internal");
    expect(String(core.watch.bugs)).toContain("Cannot begin step same");
  });
});

test("a principal that was suspended begins nothing until it is let in again", async () => {
  await withCore({ works: [answers] }, async (core) => {
    core.calls.cancelOf({ principal: ada.principal });
    await expect(core.start(ada, { tool: answers.name })).rejects.toMatchObject({ code: "auth.revoked" });
    core.calls.admit(ada.principal);
    const { id } = await core.start(ada, { tool: answers.name });
    expect((await core.ended(id)).phase).toBe("succeeded");
  });
});
