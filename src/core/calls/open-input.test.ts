import { expect } from "vitest";
import { promise } from "../../../test/promise.ts";
import { Core, type CoreOptions, someone, temporaryFolder, workOf } from "../../../test/support/core.ts";
import { collectGarbage } from "../../adapters/machine/collect-garbage.ts";
import { SystemClock } from "../../base/clock.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import { OpenCalls } from "./open-calls.ts";
import type { Work } from "./work.ts";

const ada = someone("ada");
const bob = someone("bob");

/** A tool that answers, or fails, when the test says so; the same call twice is one run. */
class Slow {
  readonly inputs: unknown[] = [];
  readonly files: number[] = [];
  readonly #ends: PromiseWithResolvers<{ content: string }>[] = [];

  get work(): Work {
    return workOf(
      "slow",
      async (context, input) => {
        this.inputs.push(input);
        this.files.push(context.files.size);
        const end = Promise.withResolvers<{ content: string }>();
        this.#ends.push(end);
        return await end.promise;
      },
      { idempotent: true },
    );
  }

  async began(count: number): Promise<void> {
    while (this.#ends.length < count) await new Promise(setImmediate);
  }

  /** How the nth run ends. */
  end(nth: number, how: "well" | "badly"): void {
    if (how === "well") this.#ends[nth]?.resolve({ content: "done" });
    else this.#ends[nth]?.reject(new Fault("model.unavailable", "Cannot answer"));
  }
}

async function withSlow(options: Partial<CoreOptions>, body: (core: Core, slow: Slow) => Promise<void>): Promise<void> {
  await using folder = await temporaryFolder();
  const slow = new Slow();
  await using core = await Core.open({
    clock: new SystemClock(),
    folder: folder.path,
    works: [slow.work],
    ...options,
  });
  await body(core, slow);
}

function large(text = "x"): { text: string } {
  return { text: text.repeat(10_000) };
}

const files = [{ path: "a.txt", base64: "YQ==" }];

promise(
  "leak.memory",
  "a call that shares another's run keeps nothing of its input, and has it again where it must run itself",
  async () => {
    await withSlow({}, async (core, slow) => {
      await core.start(ada, { tool: "slow", input: large(), files });
      await slow.began(1);
      const follow = async () => {
        const input = large();
        const { id, sharedWith } = await core.start(ada, { tool: "slow", input, files });
        expect(sharedWith).not.toBeNull();
        return { id, input: new WeakRef(input) };
      };
      const follower = await follow();
      // What a weak reference was made of stays until the end of the turn.
      await new Promise(setImmediate);
      collectGarbage();
      expect(follower.input.deref()).toBeUndefined();
      slow.end(0, "badly");
      await slow.began(2);
      slow.end(1, "well");
      expect(await core.ended(follower.id)).toMatchObject({ phase: "succeeded", result: { content: "done" } });
      expect(slow.inputs).toEqual([large(), large()]);
      expect(slow.files).toEqual([1, 1]);
    });
  },
);

promise(
  "share.queue",
  "the inputs of a principal's open calls are bounded together: one too many is refused at once, with a retry time",
  async () => {
    await withSlow({ maxOpenBytesPerPrincipal: 25_000 }, async (core, slow) => {
      const start = async (who: typeof ada, text: string) =>
        await core.start(who, { tool: "slow", input: large(text) });
      const first = await start(ada, "a");
      // What is shared is kept once.
      for (let n = 0; n < 5; n++) expect((await start(ada, "a")).sharedWith).toBe(first.id);
      await start(ada, "b");
      for (const text of ["c", "d"])
        expect(await start(ada, text).catch((error: unknown) => error)).toMatchObject({
          code: "admission.queue-full",
          facts: { perPrincipal: 25_000 },
          retry: { afterMs: expect.any(Number) },
        });
      await start(bob, "c");
      await slow.began(3);
      slow.end(0, "well");
      await core.ended(first.id);
      await start(ada, "c");
    });
  },
);

promise(
  "proc.control",
  "input for a call that ends before its program ran is told so, and waits no longer",
  async () => {
    await using folder = await temporaryFolder();
    const end = Promise.withResolvers<{ content: string }>();
    const work = workOf("shell", () => end.promise, { lane: "command", scope: "exec" });
    await using core = await Core.open({ clock: new SystemClock(), folder: folder.path, works: [work] });
    const { id } = await core.start(ada, { tool: "shell" });
    const { signal } = new AbortController();
    const given = core.calls.input(ada, id, { bytes: Buffer.from("ls"), after: "end", signal });
    const told = expect(given).rejects.toMatchObject({ code: "process.gone" });
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    end.resolve({ content: "never mind" });
    await core.ended(id);
    await told;
  },
);

promise("proc.control", "input goes on without whoever gave it: what has come is taken, in order", async () => {
  await using folder = await temporaryFolder();
  const read: string[] = [];
  const runs = Promise.withResolvers<void>();
  const ends = Promise.withResolvers<{ content: string }>();
  const run: Work["run"] = async (context) => {
    await runs.promise;
    using _part = context.feedable({
      input: async (bytes) => void read.push(Buffer.from(bytes).toString()),
      endInput: async () => void read.push("(end)"),
    });
    return await ends.promise;
  };
  const work = workOf("shell", run, { lane: "command", scope: "exec" });
  await using core = await Core.open({ clock: new SystemClock(), folder: folder.path, works: [work] });
  const { id } = await core.start(ada, { tool: "shell" });
  const leaving = new AbortController();
  const give = (text: string, after: "end" | "more" = "more") =>
    core.calls.input(ada, id, { bytes: Buffer.from(text), after, signal: leaving.signal });
  const early = expect(give("early, ")).rejects.toThrow("gone");
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  leaving.abort(new Error("gone"));
  await early;
  await expect(give("late", "end")).rejects.toThrow("gone");
  runs.resolve();
  await expect.poll(() => read).toEqual(["early, ", "late", "(end)"]);
  ends.resolve({ content: "" });
  await core.ended(id);
});

promise(
  "leak.memory",
  "what waits for programs counts with a principal's other inputs, until it has been taken",
  () => {
    const open = new OpenCalls({ perPrincipal: { calls: 10, bytes: 100 }, all: { calls: 10, bytes: 1000 } });
    using _call = open.enter(ada.principal, 40);
    const hold = (bytes: number) =>
      open.hold({ principal: ada.principal, call: "c" as CallId, bytes: new Uint8Array(bytes) });
    const held = hold(60);
    expect(() => hold(1)).toThrow(expect.objectContaining({ code: "process.input-full" }));
    held[Symbol.dispose]();
    held[Symbol.dispose]();
    hold(60)[Symbol.dispose]();
    expect(() => hold(61)).toThrow(expect.objectContaining({ code: "process.input-full" }));
  },
);

promise("leak.memory", "input that outlives its call counts until it goes, and no longer", () => {
  const open = new OpenCalls({ perPrincipal: { calls: 10, bytes: 100 }, all: { calls: 10, bytes: 1000 } });
  const { principal } = ada;
  const hold = () => open.hold({ principal, call: "c" as CallId, bytes: new Uint8Array(100) });
  const first = open.enter(principal, 0);
  const held = hold();
  first[Symbol.dispose]();
  using _second = open.enter(principal, 0);
  expect(hold).toThrow(expect.objectContaining({ code: "process.input-full" }));
  held[Symbol.dispose]();
  using _next = hold();
  expect(hold).toThrow(expect.objectContaining({ code: "process.input-full" }));
});
