import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { Core, someone, temporaryFolder, workOf } from "../../../test/support/core.ts";
import { SystemClock } from "../../base/clock.ts";
import type { CallId, PrincipalId, ThreadId } from "../../protocol/ids.ts";
import type { CallContext, Work } from "./work.ts";

const ada = someone("ada");

/** A tool that keeps threads, begins when it runs and ends when the test says so. */
class Talk {
  readonly running: { context: CallContext; end: () => void }[] = [];
  #waiting: (() => void)[] = [];

  work(more: Partial<Work> = {}): Work {
    return workOf(
      "talk",
      async (context) => {
        const { promise: ended, resolve: end } = Promise.withResolvers<void>();
        this.running.push({ context, end });
        for (const look of this.#waiting.splice(0)) look();
        await ended;
        return { content: `thread ${context.thread}` };
      },
      {
        thread: ({ continuation_id: named }, call) => (typeof named === "string" ? named : call) as unknown as ThreadId,
        ...more,
      },
    );
  }

  async began(count: number): Promise<void> {
    while (this.running.length < count) await new Promise<void>((look) => this.#waiting.push(look));
  }
}

async function withTalk(more: Partial<Work>, body: (core: Core, talk: Talk) => Promise<void>): Promise<void> {
  await using folder = await temporaryFolder();
  const talk = new Talk();
  await using core = await Core.open({ clock: new SystemClock(), folder: folder.path, works: [talk.work(more)] });
  await body(core, talk);
}

promise("share.limits", "two calls on one thread are serial, and a new thread is called like its call", async () => {
  await withTalk({}, async (core, talk) => {
    const first = await core.start(ada, { tool: "talk" });
    expect(first.thread).toBe(first.id);
    const input = { continuation_id: first.id };
    const second = await core.start(ada, { tool: "talk", input });
    const foreign = await core.start(someone("bob"), { tool: "talk", input });
    await talk.began(2);
    expect(talk.running.map(({ context }) => context.call)).toEqual([first.id, foreign.id]);
    for (const { end } of talk.running) end();
    await talk.began(3);
    talk.running[2]?.end();
    expect(await core.ended(second.id)).toMatchObject({ thread: first.id, result: { content: `thread ${first.id}` } });
  });
});

promise(
  "leak.deadlock",
  "a call below another goes on in its thread, and in another only if that is free",
  async () => {
    await withTalk({}, async (core, talk) => {
      const parent = await core.start(ada, { tool: "talk" });
      const beside = await core.start(ada, { tool: "talk" });
      await talk.began(2);
      const below = someone("ada", { call: parent.id });
      const child = async (thread: CallId) =>
        await core.start(below, { tool: "talk", input: { continuation_id: thread } });
      const busy = await core.ended((await child(beside.id)).id);
      expect(busy).toMatchObject({ phase: "failed", fault: { code: "thread.busy", retry: { safe: true } } });
      const own = await child(parent.id);
      await talk.began(3);
      talk.running[2]?.end();
      expect(await core.ended(own.id)).toMatchObject({ phase: "succeeded", thread: parent.id });
      talk.running[1]?.end();
      await core.ended(beside.id);
      const free = await child(beside.id);
      await talk.began(4);
      talk.running[3]?.end();
      expect(await core.ended(free.id)).toMatchObject({ phase: "succeeded" });
      talk.running[0]?.end();
      await core.ended(parent.id);
      expect(core.held).toBe(0);
    });
  },
);

test("a call that shares another's success gets a thread of its own", async () => {
  const adopted: { thread: ThreadId; principal: PrincipalId }[] = [];
  const adopt: Work["adopt"] = async (call, result) => {
    adopted.push(call);
    return { content: `${result.content}, then ${call.thread}` };
  };
  await withTalk({ idempotent: true, adopt }, async (core, talk) => {
    const [first, second] = [await core.start(ada, { tool: "talk" }), await core.start(ada, { tool: "talk" })];
    expect(second.sharedWith).toBe(first.id);
    await talk.began(1);
    talk.running[0]?.end();
    const content = `thread ${first.id}, then ${second.id}`;
    expect(await core.ended(second.id)).toMatchObject({ thread: second.id, result: { content } });
    expect(adopted).toEqual([{ thread: second.id, principal: "ada" }]);
    const input = { continuation_id: first.id };
    const continued = await core.start(ada, { tool: "talk", input });
    const again = await core.start(ada, { tool: "talk", input });
    expect([continued.sharedWith, again.sharedWith]).toEqual([null, null]);
    await talk.began(2);
    talk.running[1]?.end();
    await talk.began(3);
    talk.running[2]?.end();
    await core.ended(again.id);
  });
});

promise("run.caches", "a result of which some is missing serves nobody else", async () => {
  await using folder = await temporaryFolder();
  let runs = 0;
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const work = workOf(
    "talk",
    async () => {
      runs += 1;
      await gates[runs - 1]?.promise;
      return runs === 1 ? { content: "half", partial: true } : { content: "whole" };
    },
    { idempotent: true },
  );
  await using core = await Core.open({ clock: new SystemClock(), folder: folder.path, works: [work] });
  const half = await core.start(ada, { tool: "talk" });
  const beside = await core.start(ada, { tool: "talk" });
  expect(beside.sharedWith).toBe(half.id);
  gates[0]?.resolve();
  gates[1]?.resolve();
  expect(await core.ended(half.id)).toMatchObject({ result: { content: "half", partial: true } });
  expect(await core.ended(beside.id)).toMatchObject({ result: { content: "whole" } });
  const later = await core.start(ada, { tool: "talk" });
  expect(await core.ended(later.id)).toMatchObject({ sharedWith: beside.id, result: { content: "whole" } });
  expect(runs).toBe(2);
});
