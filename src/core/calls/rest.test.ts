import fc from "fast-check";
import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { type Core, someone, withCore, workOf } from "../../../test/support/core.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Work } from "./work.ts";

const ada = someone("ada");

/** Asks as often as it is told to, between steps, and answers with what it heard. */
function asking(times: number): Work {
  return workOf("asks", async (context) => {
    const heard: unknown[] = [];
    for (let n = 0; n < times; n++) {
      await context.step(`before ${n}`, async () => n);
      heard.push(await context.ask(`question ${n}`));
    }
    return { content: heard.join(" ") };
  });
}

const hog = workOf(
  "hog",
  async (context) =>
    await new Promise((_, reject) => context.signal.addEventListener("abort", () => reject(context.signal.reason))),
);

async function untilPhase(core: Core, call: CallId, phase: string): Promise<void> {
  while ((await core.calls.get(ada, call)).phase !== phase) await new Promise(setImmediate);
}

/** Answers the question that is open now; false where none is. */
async function answerOpen(core: Core, call: CallId, value: string): Promise<boolean> {
  const events = await core.events(call);
  const asked = events.filter(({ type }) => type === "input.requested").at(-1)?.data as { request: string } | undefined;
  if (asked === undefined) return false;
  return await core.calls.answer(ada, call, { request: asked.request, value }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Fault) return false;
      throw error;
    },
  );
}

promise("leak.permit", "resumes that come together take the permits back once", async () => {
  const release = Promise.withResolvers<void>();
  const began = Promise.withResolvers<void>();
  const work = workOf("works", async () => {
    began.resolve();
    await release.promise;
    return { content: "" };
  });
  await withCore({ works: [work] }, async (core) => {
    const { id } = await core.start(ada, { tool: "works" });
    await began.promise;
    await core.calls.control(ada, id, "pause");
    await Promise.all([1, 2, 3].map(() => core.calls.control(ada, id, "resume")));
    expect(core.held).toBe(1);
    release.resolve();
    await core.ended(id);
    expect(core.held).toBe(0);
  });
});

test("a question that comes while the call is paused is told after the resume", async () => {
  const go = Promise.withResolvers<void>();
  const began = Promise.withResolvers<void>();
  const work = workOf("asks", async (context) => {
    began.resolve();
    await go.promise;
    const [a, b] = await Promise.all([context.ask("first"), context.ask("second")]);
    return { content: `${a} ${b}` };
  });
  await withCore({ works: [work] }, async (core) => {
    const { id } = await core.start(ada, { tool: "asks" });
    await began.promise;
    await core.calls.control(ada, id, "pause");
    go.resolve();
    await new Promise(setImmediate);
    expect((await core.calls.get(ada, id)).phase).toBe("paused");
    await core.calls.control(ada, id, "resume");
    await untilPhase(core, id, "waiting");
    await answerOpen(core, id, "one");
    await untilPhase(core, id, "waiting");
    await answerOpen(core, id, "two");
    expect((await core.ended(id)).result?.content).toBe("one two");
  });
});

test("an answered call whose permits are busy is queued, and runs again once they are back", async () => {
  await withCore({ works: [asking(2), hog], limits: { global: 1 } }, async (core) => {
    const { id } = await core.start(ada, { tool: "asks" });
    await untilPhase(core, id, "waiting");
    const busy = await core.start(ada, { tool: "hog" });
    await untilPhase(core, busy.id, "running");
    await answerOpen(core, id, "one");
    await untilPhase(core, id, "queued");
    await core.calls.control(ada, busy.id, "cancel");
    await untilPhase(core, id, "waiting");
    await answerOpen(core, id, "two");
    expect((await core.ended(id)).result?.content).toBe("one two");
    expect(core.held).toBe(0);
  });
});

/** One call that asks twice, beside neighbours that take its place. */
class Scene {
  readonly #core: Core;
  readonly #call: CallId;
  readonly #pending: Promise<unknown>[] = [];
  #neighbours: CallId[] = [];

  constructor(core: Core, call: CallId) {
    this.#core = core;
    this.#call = call;
  }

  async act(act: "pause" | "resume" | "answer" | "hog" | "free"): Promise<void> {
    if (act === "answer") await answerOpen(this.#core, this.#call, "yes");
    else if (act === "hog") this.#neighbours.push((await this.#core.start(ada, { tool: "hog" })).id);
    else if (act === "free") await this.#free();
    else this.#pending.push(this.#core.calls.control(ada, this.#call, act));
  }

  /** Brings the call to its end and answers the phase it ends in. */
  async end(how: "finish" | "cancel"): Promise<string> {
    await this.#free();
    if (how === "cancel") await this.#core.calls.control(ada, this.#call, "cancel");
    while (this.#core.calls.phases()["paused"] === undefined && this.#isOpen) await this.#answer();
    await Promise.all(this.#pending);
    await this.#core.calls.control(ada, this.#call, "resume");
    while (this.#isOpen) await this.#answer();
    return (await this.#core.ended(this.#call)).phase;
  }

  get #isOpen(): boolean {
    return Object.keys(this.#core.calls.phases()).length > 0;
  }

  async #answer(): Promise<void> {
    if (!(await answerOpen(this.#core, this.#call, "yes"))) await new Promise(setImmediate);
  }

  async #free(): Promise<void> {
    for (const call of this.#neighbours) await this.#core.calls.control(ada, call, "cancel");
    this.#neighbours = [];
  }
}

const acts = fc.constantFrom("pause" as const, "resume" as const, "answer" as const, "hog" as const, "free" as const);

promise(
  "leak.permit",
  "whatever order pauses, resumes, answers and busy neighbours come in, a call can be brought to its end and nothing stays held",
  async () => {
    const how = fc.constantFrom("finish" as const, "cancel" as const);
    const property = fc.asyncProperty(fc.array(acts, { maxLength: 12 }), how, async (schedule, last) => {
      await withCore({ works: [asking(2), hog], limits: { global: 1 } }, async (core) => {
        const { id } = await core.start(ada, { tool: "asks" });
        const scene = new Scene(core, id);
        for (const act of schedule) await scene.act(act);
        const phase = await scene.end(last);
        expect(last === "finish" ? ["succeeded"] : ["cancelled", "succeeded"]).toContain(phase);
        expect(core.held).toBe(0);
      });
    });
    await fc.assert(property, { numRuns: 25, includeErrorInReport: true });
  },
);
