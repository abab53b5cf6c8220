import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { Core, type CoreOptions, someone, temporaryFolder, workOf } from "../../../test/support/core.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { SortableIds } from "../../base/ids.ts";
import { objectionTo } from "../../protocol/agent-run.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { CallView, Result } from "../../protocol/result.ts";
import { echoTool } from "../../tools/echo.ts";
import { Budgets } from "../budgets/budgets.ts";
import { nameModel } from "../budgets/name-model.ts";
import type { Store } from "../store/store.ts";
import type { CallContext, Work } from "./work.ts";

const ada = someone("ada");

type Next = (works: CoreOptions["works"]) => Promise<Core>;

/** Starts of one daemon over one folder; each but the first comes after a crash. */
async function starts(body: (next: Next, clock: ManualClock) => Promise<void>): Promise<void> {
  await using folder = await temporaryFolder();
  const clock = new ManualClock();
  let current: Core | undefined;
  const next: Next = async (works) => {
    await current?.store[Symbol.asyncDispose]();
    current = await Core.open({ clock, folder: folder.path, works, limits: { global: 1 } });
    return current;
  };
  try {
    await body(next, clock);
  } finally {
    await current?.[Symbol.asyncDispose]();
  }
}

/** A resumable tool that comes to what the call below it comes to. */
function parentOf(child: Work, input: Record<string, unknown> = {}): Work {
  const run = async (context: CallContext): Promise<Result> => {
    const view = await context.child({ step: "one", work: child, input });
    return { content: view.result?.content ?? view.fault?.code ?? view.phase, data: { below: view.call } };
  };
  return workOf("parent", run, { resumable: true });
}

function waiting(name: string, more: Partial<Work> = {}) {
  const runs: CallContext[] = [];
  const run: Work["run"] = (context) => {
    runs.push(context);
    return new Promise((_, reject) => context.signal.addEventListener("abort", () => reject(context.signal.reason)));
  };
  return { work: workOf(name, run, more), runs };
}

async function soon(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise(setImmediate);
}

async function below(core: Core, parent: CallId): Promise<CallView | undefined> {
  return (await core.calls.list(ada, { limit: 50 })).find((view) => view.parent === parent);
}

promise(
  ["lost.step-once", "leak.deadlock"],
  "what a call started before a crash is joined after it: it goes on below, under the same permit",
  async () => {
    await starts(async (next, clock) => {
      const echo = echoTool({ clock, timeoutMs: 60_000 });
      const parent = parentOf(echo, { text: "late", delayMs: 5000 });
      const first = await next([echo, parent]);
      const { id } = await first.start(ada, { tool: "parent" });
      await soon(async () => (await below(first, id))?.phase === "running");
      const second = await next([echo, parent]);
      expect(second.recovered).toEqual({ resumed: 2, ended: 0 });
      await soon(async () => (await below(second, id))?.phase === "running");
      await clock.advance(5000);
      const view = await second.ended(id);
      const child = await below(second, id);
      expect(view).toMatchObject({ result: { content: "late", data: { below: child?.call } } });
      expect((await second.calls.list(ada, { limit: 50 })).length).toBe(2);
      expect(second.held).toBe(0);
    });
  },
);

promise(
  "lost.step-once",
  "what may have had its effect at a crash is not done again, and its ending says so",
  async () => {
    await starts(async (next) => {
      const command = waiting("command", { lane: "command", scope: "exec" });
      const works = [command.work, parentOf(command.work)];
      const first = await next(works);
      const { id } = await first.start(ada, { tool: "parent" });
      await soon(async () => (await below(first, id))?.phase === "running");
      const second = await next(works);
      expect(await second.ended(id)).toMatchObject({ phase: "succeeded", result: { content: "call.interrupted" } });
      expect(command.runs).toHaveLength(1);
    });
  },
);

promise("leak.task", "a call below another ends with it, whichever way that ends", async () => {
  await starts(async (next) => {
    const child = waiting("child");
    const giving = Promise.withResolvers<void>();
    const leaving = workOf("parent", async (context) => {
      context.child({ step: "one", work: child.work, input: {} }).catch(() => {});
      await giving.promise;
      return { content: "gone" };
    });
    const core = await next([child.work, leaving]);
    const { id } = await core.start(ada, { tool: "parent" });
    await soon(async () => (await below(core, id))?.phase === "running");
    giving.resolve();
    expect(await core.ended(id)).toMatchObject({ phase: "succeeded" });
    const { call } = (await below(core, id)) ?? expect.unreachable();
    expect(await core.ended(call)).toMatchObject({ phase: "cancelled" });
  });
});

promise("run.deadline", "a call below another has less time than is left above", async () => {
  await starts(async (next, clock) => {
    const child = waiting("child");
    const core = await next([child.work, parentOf(child.work)]);
    const { id } = await core.start(ada, { tool: "parent", deadlineMs: 10_000 });
    await soon(() => child.runs.length === 1);
    expect(child.runs[0]?.deadline.leftMs).toBeLessThanOrEqual(8000);
    await clock.advance(8000);
    expect(await core.ended(id)).toMatchObject({ phase: "succeeded", result: { content: "call.deadline" } });
  });
});

/** Asks a model once on every run, and names it. */
function asking(name: string, store: Store, clock: ManualClock, after: Work["run"]): Work {
  const run: Work["run"] = async (context, input) => {
    const budgets = new Budgets({ store, clock, ids: new SortableIds(clock), perDay: () => ({}) });
    const meter = budgets.meter(context);
    meter.modelCall(`${name} ${context.attempt}`);
    meter.usage.requests++;
    nameModel(meter.usage, { provider: "vendor", model: name, why: "asked for" });
    const want = { provider: "vendor", model: name, inputTokens: 100, outputTokens: 1000, price: null };
    await (await meter.reserve(want)).settle({ inputTokens: 10, outputTokens: 1 });
    return await after(context, input);
  };
  return workOf(name, run, { resumable: true });
}

promise(
  "run.budget",
  "what a call and those below it used before a crash counts once afterwards, whether they have ended or go on",
  async () => {
    await starts(async (next, clock) => {
      const once = { content: "asked" };
      const crashed = Promise.withResolvers<void>();
      let held = 0;
      const untilCrash: Work["run"] = async () => {
        held += 1;
        return held === 1 ? await crashed.promise.then(() => once) : once;
      };
      const works = (store: Store) => {
        const quick = asking("quick", store, clock, async () => once);
        const slow = asking("slow", store, clock, untilCrash);
        const middle = asking("middle", store, clock, async (context) => {
          await context.child({ step: "slow", work: slow, input: {} });
          return once;
        });
        const top = asking("top", store, clock, async (context) => {
          await context.child({ step: "quick", work: quick, input: {} });
          await context.child({ step: "middle", work: middle, input: {} });
          return once;
        });
        return [quick, slow, middle, top];
      };
      const first = await next(works);
      const { id } = await first.start(ada, { tool: "top", budget: { modelCalls: 7 } });
      await soon(() => held === 1);
      const second = await next(works);
      expect(second.recovered).toEqual({ resumed: 3, ended: 0 });
      const view = await second.ended(id);
      // All but the quick one asked once more.
      const requests = 7;
      const used = { modelCalls: requests, requests, inputTokens: 10 * requests, outputTokens: requests };
      expect(view).toMatchObject({ phase: "succeeded", usage: used });
      expect(view.usage?.models.map(({ model }) => model)).toEqual(
        expect.arrayContaining(["top", "middle", "slow", "quick"]),
      );
      expect(await second.store.spentBy({ call: id })).toMatchObject(used);
      crashed.resolve();
    });
  },
);

test("a call whose parent does not go on after a crash ends", async () => {
  await starts(async (next, clock) => {
    const echo = echoTool({ clock, timeoutMs: 60_000 });
    const parent = { ...parentOf(echo, { text: "late", delayMs: 5000 }), resumable: false };
    const first = await next([echo, parent]);
    const { id } = await first.start(ada, { tool: "parent" });
    await soon(async () => (await below(first, id))?.phase === "running");
    const second = await next([echo, parent]);
    expect(await second.ended(id)).toMatchObject({ phase: "failed", fault: { code: "call.interrupted" } });
    const { call } = (await below(second, id)) ?? expect.unreachable();
    expect(await second.ended(call)).toMatchObject({ phase: "cancelled" });
  });
});

promise("share.events-order", "an agent run that a crash ends for good is closed in its journal", async () => {
  await starts(async (next) => {
    const spent = { modelCalls: 0, inputTokens: 0, outputTokens: 0, usd: 0 };
    const use = { turn: 1, id: "1.1", tool: "read" };
    const hold = waiting("hold");
    const work = workOf("run", async (context, input) => {
      context.emit("agent.started", { goal: "go", tools: ["read"], modelCalls: 25 });
      context.emit("agent.thinking", { turn: 1, spent });
      context.emit("tool.executing", { ...use, input: "{}" });
      await context.flushed();
      return await hold.work.run(context, input);
    });
    const first = await next([work]);
    const { id } = await first.start(ada, { tool: "run" });
    await soon(() => hold.runs.length === 1);
    const second = await next([work]);
    await second.ended(id);
    const events = await second.events(id);
    expect(objectionTo(events)).toBeUndefined();
    expect(events.slice(-3)).toMatchObject([
      { type: "tool.completed", data: { ...use, outcome: "ended" } },
      { type: "agent.failed", data: { turns: 1, fault: { code: "call.interrupted" } } },
      { type: "call.failed" },
    ]);
  });
});
