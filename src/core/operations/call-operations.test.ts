import { expect } from "vitest";
import { z } from "zod";
import { promise } from "../../../test/promise.ts";
import { Core, someone, temporaryFolder, workOf } from "../../../test/support/core.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { operationsOver } from "../../../test/support/operations-over.ts";
import { SystemClock } from "../../base/clock.ts";
import type { CallId } from "../../protocol/ids.ts";
import { Rates } from "../admission/rates.ts";
import type { Tool } from "../tools/tool.ts";

function feedable(name: string): Tool {
  const taken: string[] = [];
  const work = workOf(
    name,
    async (context) => {
      using _part = context.feedable({
        input: async (bytes) => void taken.push(Buffer.from(bytes).toString()),
        async endInput() {},
      });
      return await new Promise((_, reject) =>
        context.signal.addEventListener("abort", () => reject(context.signal.reason)),
      );
    },
    { scope: "exec", lane: "command" },
  );
  return { ...work, title: name, description: name, input: z.strictObject({}) };
}

promise("auth.commands", "who may not run commands may not feed, answer, pause or cancel one either", async () => {
  await using folder = await temporaryFolder();
  const clock = new SystemClock();
  const tool = feedable("shell");
  await using core = await Core.open({ clock, folder: folder.path, works: [tool] });
  using held = new DisposableStack();
  const operations = operationsOver(core, { tools: [tool], held });
  const signal = new AbortController().signal;
  const owner = { caller: someone("ada"), signal };
  const narrow = { caller: someone("ada", { scopes: new Set(["tools" as const]) }), signal };
  const { call } = await operations["call.start"](owner, { tool: "shell", input: {} });
  while ((await core.calls.get(owner.caller, call as CallId)).phase !== "running") await new Promise(setImmediate);
  const refused = { code: "auth.scope" };
  await expect(operations["call.input"](narrow, { call, data: "id\n" })).rejects.toMatchObject(refused);
  await expect(operations["call.control"](narrow, { call, action: "cancel" })).rejects.toMatchObject(refused);
  await expect(operations["call.answer"](narrow, { call, request: "r", value: 1 })).rejects.toMatchObject(refused);
  await operations["call.input"](owner, { call, data: "ls\n" });
  expect((await operations["call.control"](owner, { call, action: "cancel" })).phase).toMatch(/cancel/);
});

promise(
  "share.same-call",
  "a start that is repeated under its key finds its call where new ones are refused",
  async () => {
    await using folder = await temporaryFolder();
    const clock = new ManualClock();
    const tool = {
      ...workOf("quick", async () => ({ content: "done" })),
      title: "",
      description: "",
      input: z.strictObject({}),
    };
    await using core = await Core.open({ clock, folder: folder.path, works: [tool] });
    // The one start that the first second allows.
    const rates = new Rates({ clock, perSecond: { starts: 1, requests: 200 }, connections: 16 });
    using held = new DisposableStack();
    const operations = operationsOver(core, { tools: [tool], rates, held });
    const ada = { caller: someone("ada", { role: "user" }), signal: new AbortController().signal };
    const start = (key: string) => operations["call.start"](ada, { tool: "quick", input: {}, key });
    const { call } = await start("one");
    await expect(start("two")).rejects.toMatchObject({ code: "admission.rate" });
    await expect(start("one")).resolves.toMatchObject({ call });
    const bob = { ...ada, caller: someone("bob", { role: "user" }) };
    expect((await operations["call.start"](bob, { tool: "quick", input: {}, key: "one" })).call).not.toBe(call);
  },
);
