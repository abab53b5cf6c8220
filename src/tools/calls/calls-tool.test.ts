import { expect, test } from "vitest";
import { z } from "zod";
import { promise } from "../../../test/promise.ts";
import { someone, workOf } from "../../../test/support/core.ts";
import { McpRig } from "../../../test/support/mcp-rig.ts";
import { orAborted } from "../../base/abort.ts";
import type { CallContext } from "../../core/calls/work.ts";
import type { Tool } from "../../core/tools/tool.ts";
import { Fault } from "../../protocol/fault.ts";
import { CHANNEL } from "../../protocol/frames.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Result } from "../../protocol/result.ts";

const signal = new AbortController().signal;
const input = z.strictObject({});

function tool(name: string, run: (context: CallContext) => Promise<Result>, more: Partial<Tool> = {}): Tool {
  return { ...workOf(name, run), title: name, description: name, input, ...more };
}

const never = (context: CallContext) => orAborted(new Promise<never>(() => {}), context.signal);
const asks = tool("asks", async (context) => ({ content: `you said ${await context.ask("which way?")}` }));
const lasts = tool("lasts", never);

function feeds(taken: string[]): Tool {
  const fed = async (context: CallContext) => {
    using _part = context.feedable({
      input: async (bytes) => void taken.push(Buffer.from(bytes).toString()),
      endInput: async () => void taken.push("the end"),
    });
    return await never(context);
  };
  return tool("feeds", fed, { scope: "exec", lane: "command" });
}

type Answered = Result & {
  data: Record<string, unknown> & { calls: { call: string }[]; question: { request: string } };
};

/** What `calls` answers this principal. */
async function say(rig: McpRig, wish: object, caller = someone("ada")): Promise<Answered> {
  const started = await rig.operations["call.start"]({ caller, signal }, { tool: "calls", input: { ...wish } });
  return started.answer?.result as Answered;
}

async function begin(rig: McpRig, name: string): Promise<CallId> {
  const { call } = await rig.operations["call.start"]({ caller: someone("ada"), signal }, { tool: name, input: {} });
  return call;
}

async function inPhase(rig: McpRig, call: CallId, phase: string): Promise<void> {
  const more = () => new Promise<void>((resolve) => setImmediate(resolve));
  while ((await rig.core.calls.get(someone("ada"), call)).phase !== phase) await more();
}

test("a wait ends when the call does, when it asks something, or when its time is up, and says how to go on", async () => {
  await using rig = await McpRig.open({ tools: [asks, lasts] });
  const call = await begin(rig, "asks");
  const asked = await say(rig, { action: "wait", call, waitMs: 600_000 });
  expect(asked.content).toContain("which way?");
  const { question } = asked.data;
  expect(asked.data).toMatchObject({
    phase: "waiting",
    next: { tool: "calls", arguments: { action: "answer", call, request: question.request } },
  });
  await say(rig, { action: "answer", call, request: question.request, value: "left" });
  expect(await say(rig, { action: "wait", call })).toMatchObject({
    content: "you said left",
    data: { phase: "succeeded" },
  });
  const long = await begin(rig, "lasts");
  const waited = say(rig, { action: "wait", call: long, waitMs: 5000 });
  await inPhase(rig, long, "running");
  while (rig.clock.waiting === 0) await new Promise(setImmediate);
  await rig.clock.advance(5000);
  expect((await waited).data).toMatchObject({
    phase: "running",
    next: { tool: "calls", arguments: { action: "wait", call: long } },
  });
});

test("a question that comes while somebody waits ends the wait", async () => {
  const gate = Promise.withResolvers<void>();
  const later = tool("later", async (context) => {
    await gate.promise;
    return { content: String(await context.ask("now?")) };
  });
  await using rig = await McpRig.open({ tools: [later] });
  const call = await begin(rig, "later");
  const waited = say(rig, { action: "wait", call, waitMs: 600_000 });
  await inPhase(rig, call, "running");
  gate.resolve();
  expect((await waited).data).toMatchObject({ phase: "waiting", question: { prompt: "now?" } });
});

test("calls are listed newest first without what they came to, paused, resumed and cancelled", async () => {
  await using rig = await McpRig.open({ tools: [lasts] });
  const [first, second] = [await begin(rig, "lasts"), await begin(rig, "lasts")];
  const listed = await say(rig, { action: "list" });
  expect(listed.data.calls.map(({ call }) => call)).toEqual([second, first]);
  expect((await say(rig, { action: "list", call: second })).data.calls.map(({ call }) => call)).toEqual([first]);
  await inPhase(rig, first, "running");
  expect((await say(rig, { action: "pause", call: first })).data["phase"]).toBe("paused");
  expect((await say(rig, { action: "resume", call: first })).data["phase"]).toMatch(/queued|running/);
  await say(rig, { action: "cancel", call: first });
  expect((await say(rig, { action: "wait", call: first })).data["phase"]).toBe("cancelled");
});

promise("auth.commands", "who may not run commands steers, feeds and answers none through calls either", async () => {
  const taken: string[] = [];
  await using rig = await McpRig.open({ tools: [feeds(taken)] });
  const call = await begin(rig, "feeds");
  await inPhase(rig, call, "running");
  const narrow = someone("ada", { scopes: new Set(["tools" as const]) });
  const wishes = [
    { action: "input", data: "id\n" },
    { action: "cancel" },
    { action: "pause" },
    { action: "answer", request: "r", value: 1 },
  ];
  for (const wish of wishes)
    await expect(say(rig, { ...wish, call }, narrow)).rejects.toMatchObject({ code: "auth.scope" });
  await say(rig, { action: "input", call, data: "ls\n" });
  await say(rig, { action: "input", call });
  expect(taken).toEqual(["ls\n", "the end"]);
});

promise(
  "leak.cross-tenant",
  "of another principal's call nothing is told through calls, nor that there is one",
  async () => {
    await using rig = await McpRig.open({ tools: [lasts] });
    const call = await begin(rig, "lasts");
    await using output = await rig.outputs.open({ call, principal: someone("ada").principal, overflow: "block" });
    await output.write(CHANNEL.stdout, Buffer.from("adas own"));
    const bob = someone("bob");
    for (const action of ["get", "wait", "cancel", "pause", "resume", "input", "output"])
      await expect(say(rig, { action, call }, bob), action).rejects.toMatchObject({ code: "call.unknown" });
    await expect(say(rig, { action: "answer", call, request: "r" }, bob)).rejects.toMatchObject({
      code: "call.unknown",
    });
    expect((await say(rig, { action: "list" }, bob)).data.calls).toEqual([]);
    expect(rig.core.calls.phases()).toEqual({ running: 1 });
  },
);

promise(
  "lost.oversize",
  "output is read in pages that cut no character, to the exit, and bytes that are no text as they are",
  async () => {
    await using rig = await McpRig.open({ tools: [lasts] });
    const call = await begin(rig, "lasts");
    await using output = await rig.outputs.open({ call, principal: someone("ada").principal, overflow: "block" });
    const text = `x${"é".repeat(40_000)}`;
    await output.write(CHANNEL.stdout, Buffer.from(text));
    const first = await say(rig, { action: "output", call });
    expect(first.data).toMatchObject({ offset: 0, complete: false, next: { arguments: { action: "output", call } } });
    let said = first.content;
    let next = Number(first.data["nextOffset"]);
    while (next < Buffer.byteLength(text)) {
      const page = await say(rig, { action: "output", call, offset: next });
      said += page.content;
      next = Number(page.data["nextOffset"]);
    }
    expect(said).toBe(text);
    const waiting = say(rig, { action: "output", call, offset: next, waitMs: 60_000 });
    await output.write(CHANNEL.stdout, Buffer.from([0xff, 0x00]));
    expect((await waiting).data).toMatchObject({ base64: Buffer.from([0xff, 0x00]).toString("base64") });
    const cut = Buffer.from("😀").subarray(0, 3);
    await output.write(CHANNEL.stdout, cut);
    await output.seal({ code: 3, signal: 0 });
    const last = await say(rig, { action: "output", call, offset: next + 2, waitMs: 60_000 });
    expect(last.data).toMatchObject({ complete: true, exit: { code: 3 }, nextOffset: next + 5 });
    expect(last.data).toMatchObject({ base64: cut.toString("base64") });
    const beyond = say(rig, { action: "output", call, offset: 1_000_000 });
    await expect(beyond).rejects.toMatchObject({ code: "input.invalid", facts: { end: next + 5 } });
  },
);

test("what is missing in a wish is said", async () => {
  await using rig = await McpRig.open({ tools: [lasts] });
  for (const [wish, missing] of [
    [{ action: "get" }, "`call`"],
    [{ action: "answer", call: "c1" }, "`request`"],
  ] as const)
    await expect(say(rig, wish)).rejects.toThrow(
      expect.toSatisfy((fault: unknown) => fault instanceof Fault && fault.message.includes(missing)),
    );
});
