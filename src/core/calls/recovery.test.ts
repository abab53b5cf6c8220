import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { Core, someone, temporaryFolder, workOf } from "../../../test/support/core.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import type { CallId } from "../../protocol/ids.ts";
import { echoTool } from "../../tools/echo.ts";
import type { Work } from "./work.ts";

const ada = someone("ada");

/**
 * Starts of one daemon over one folder. `crash` leaves everything as a killed process leaves it: the store is
 * gone, and nothing that the old start still tries reaches it.
 */
async function starts(
  body: (next: (works: readonly Work[]) => Promise<Core>, clock: ManualClock) => Promise<void>,
): Promise<void> {
  await using folder = await temporaryFolder();
  const clock = new ManualClock();
  let current: Core | undefined;
  await body(async (works) => {
    await current?.store[Symbol.asyncDispose]();
    current = await Core.open({ clock, folder: folder.path, works });
    return current;
  }, clock);
  await current?.[Symbol.asyncDispose]();
}

const forever = (name: string, more: Partial<Work> = {}) => {
  const began = Promise.withResolvers<void>();
  const run: Work["run"] = (context) => {
    began.resolve();
    return new Promise((_, reject) => context.signal.addEventListener("abort", () => reject(context.signal.reason)));
  };
  return { work: workOf(name, run, more), began: began.promise };
};

promise("lost.accepted", "a call that may go on goes on after a crash and ends once", async () => {
  await starts(async (next, clock) => {
    const echo = echoTool({ clock, timeoutMs: 60_000 });
    const first = await next([echo]);
    const { id } = await first.start(ada, { tool: "echo", input: { text: "hi", delayMs: 5000 } });
    while ((await first.types(id)).length < 2) await new Promise(setImmediate);
    await clock.advance(2000);
    const second = await next([echo]);
    expect(second.recovered).toEqual({ resumed: 1, ended: 0 });
    await clock.advance(3000);
    expect(await second.ended(id)).toMatchObject({ phase: "succeeded", result: { content: "hi" } });
    expect(await second.types(id)).toEqual(["call.accepted", "call.started", "call.started", "call.succeeded"]);
  });
});

promise(
  ["lost.accepted", "lost.terminal-once"],
  "a command that was running ends as interrupted, and is not done again",
  async () => {
    await starts(async (next) => {
      let runs = 0;
      const command = forever("command", { scope: "exec", lane: "command" });
      const run: Work["run"] = (...parts) => {
        runs += 1;
        return command.work.run(...parts);
      };
      const counted = { ...command.work, run };
      const first = await next([counted]);
      const { id } = await first.start(ada, { tool: "command" });
      await command.began;
      while ((await first.types(id)).length < 2) await new Promise(setImmediate);
      const second = await next([counted]);
      expect(await second.ended(id)).toMatchObject({
        phase: "failed",
        fault: { code: "call.interrupted", retry: { safe: false } },
      });
      expect(runs).toBe(1);
      expect(second.watch.endings).toMatchObject([{ call: id, phase: "failed", fault: { code: "call.interrupted" } }]);
      const third = await next([counted]);
      expect(third.recovered).toEqual({ resumed: 0, ended: 0 });
      expect(await third.types(id)).toEqual(["call.accepted", "call.started", "call.failed"]);
    });
  },
);

promise("lost.accepted", "a call that was running at two crashes is not resumed a third time", async () => {
  await starts(async (next) => {
    const { work } = forever("heavy", { resumable: true });
    let core = await next([work]);
    const { id } = await core.start(ada, { tool: "heavy" });
    for (const starts of [1, 2]) {
      while ((await core.types(id)).filter((type) => type === "call.started").length < starts)
        await new Promise(setImmediate);
      core = await next([work]);
    }
    expect(await core.ended(id)).toMatchObject({ phase: "failed", fault: { code: "call.poisoned" } });
  });
});

test("a recorded step is not run again, and an unsafe one that was cut off comes back as unknown", async () => {
  await starts(async (next) => {
    const effects: string[] = [];
    const cut = Promise.withResolvers<never>();
    const stuck = Promise.withResolvers<void>();
    const build = (attempt: number) =>
      workOf(
        "steps",
        async (context) => {
          const paid = await context.unsafeStep("pay", async () => effects.push("pay"));
          const sent = await context.unsafeStep("send", async () => {
            effects.push("send");
            stuck.resolve();
            return attempt === 1 ? await cut.promise : "sent";
          });
          return { content: `${paid.outcome === "done" && paid.value} ${sent.outcome}` };
        },
        { resumable: true },
      );
    const first = await next([build(1)]);
    const { id } = await first.start(ada, { tool: "steps" });
    await stuck.promise;
    const second = await next([build(2)]);
    expect((await second.ended(id)).result?.content).toBe("1 unknown");
    expect(effects).toEqual(["pay", "send"]);
  });
});

test("an answer that was given before a crash is not asked for again", async () => {
  await starts(async (next) => {
    const stuck = Promise.withResolvers<void>();
    const build = (attempt: number) =>
      workOf(
        "asks",
        async (context) => {
          const answer = await context.ask("which?");
          stuck.resolve();
          return attempt === 1 ? await new Promise(() => {}) : { content: String(answer) };
        },
        { resumable: true },
      );
    const first = await next([build(1)]);
    const { id } = await first.start(ada, { tool: "asks" });
    while ((await first.calls.get(ada, id)).phase !== "waiting") await new Promise(setImmediate);
    const asked = (await first.events(id)).find(({ type }) => type === "input.requested")?.data as { request: string };
    await first.calls.answer(ada, id, { request: asked.request, value: "left" });
    await stuck.promise;
    const second = await next([build(2)]);
    expect((await second.ended(id)).result?.content).toBe("left");
  });
});

test("a call whose cancel was decided before the crash ends as cancelled", async () => {
  await starts(async (next) => {
    const deaf = workOf("deaf", () => new Promise(() => {}), { resumable: true });
    const first = await next([deaf]);
    const { id } = await first.start(ada, { tool: "deaf" });
    while ((await first.types(id)).length < 2) await new Promise(setImmediate);
    await first.calls.control(ada, id, "cancel");
    const second = await next([deaf]);
    expect((await second.ended(id)).phase).toBe("cancelled");
  });
});

promise("leak.inflight", "the writes of an earlier owner of a call are refused", async () => {
  await starts(async (next, clock) => {
    const deaf = workOf("deaf", () => new Promise(() => {}), { resumable: true });
    const core = await next([deaf]);
    const { id } = await core.start(ada, { tool: "deaf" });
    while ((await core.types(id)).length < 2) await new Promise(setImmediate);
    const before = await core.store.call({ call: id as CallId });
    await core.store.claim({ call: id });
    await core.calls.control(ada, id, "cancel");
    expect((await core.store.call({ call: id }))?.state).toEqual(before?.state);
    await clock.advance(10_000);
    expect(core.calls.phases()).toEqual({});
  });
});
