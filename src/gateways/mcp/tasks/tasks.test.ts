import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { someone } from "../../../../test/support/core.ts";
import { deleteCall } from "../../../../test/support/delete-call.ts";
import { McpRig } from "../../../../test/support/mcp-rig.ts";
import { testTool } from "../../../../test/support/socket-rig.ts";
import { CallFollower } from "../../../core/calls/call-follower.ts";
import { Fault } from "../../../protocol/fault.ts";
import type { CallId } from "../../../protocol/ids.ts";
import { statusChanges } from "./status-changes.ts";

const capabilities = { elicitation: {}, extensions: { "io.modelcontextprotocol/tasks": {} } };

const tools = [
  testTool("plain", async ({ ask }) => ({ content: `it is ${JSON.stringify(await ask("What?"))}` })),
  testTool("fails", async () => {
    throw new Fault("model.refused", "Cannot ask: it was refused");
  }),
  testTool("breaks", async () => {
    throw new TypeError("secret detail");
  }),
];

/** The state of a task behind its next change. */
async function settled(rig: McpRig, taskId: unknown): Promise<void> {
  await rig.core.ended(taskId as CallId);
}

test("a call is a task for a client that knows tasks: created, looked at, come to its result", async () => {
  await using rig = await McpRig.open();
  await using raw = await rig.raw({ capabilities });
  const { result: task } = await raw.ask("tools/call", { name: "echo", arguments: { text: "x", delayMs: 5000 } });
  expect(task).toMatchObject({ resultType: "task", status: "working", ttlMs: 604_800_000 });
  const { taskId } = task;
  const { result: working } = await raw.ask("tasks/get", { taskId });
  expect(working).toMatchObject({ resultType: "complete", taskId, status: "working" });
  while ((await rig.core.store.call({ call: taskId as CallId }))?.state.phase !== "running")
    await new Promise(setImmediate);
  await rig.clock.advance(6000);
  await settled(rig, taskId);
  const { result: done } = await raw.ask("tasks/get", { taskId });
  expect(done).toMatchObject({ taskId, status: "completed", result: { content: [{ text: "x" }] } });
  expect((await raw.ask("tools/call", { name: "calls", arguments: { action: "list" } })).result).toMatchObject({
    resultType: "complete",
  });
});

test("a tool that failed has completed with an error, and only what nobody expected has failed", async () => {
  await using rig = await McpRig.open({ tools });
  await using raw = await rig.raw({ capabilities });
  const task = async (name: string) => {
    const { result } = await raw.ask("tools/call", { name });
    if (result["resultType"] !== "task") return result;
    await settled(rig, result["taskId"]);
    return (await raw.ask("tasks/get", { taskId: result["taskId"] })).result;
  };
  const failed = await task("fails");
  expect(failed["result"] ?? failed).toMatchObject({ isError: true });
  const broken = await task("breaks");
  expect(broken).toMatchObject({ status: "failed", error: { code: -32_603, data: { code: "internal" } } });
  expect(JSON.stringify(broken)).not.toContain("secret detail");
});

test("a task that asks is answered through it", async () => {
  await using rig = await McpRig.open({ tools });
  await using raw = await rig.raw({ capabilities });
  const { taskId } = (await raw.ask("tools/call", { name: "plain" })).result;
  let task = (await raw.ask("tasks/get", { taskId })).result;
  while (task["status"] !== "input_required") task = (await raw.ask("tasks/get", { taskId })).result;
  const [[request = "", form] = []] = Object.entries(task["inputRequests"] as object);
  expect(form).toMatchObject({ method: "elicitation/create", params: { message: "What?" } });
  const nobody = { inputResponses: { nobody: { action: "accept", content: {} } } };
  expect((await raw.ask("tasks/update", { taskId, ...nobody })).result).toMatchObject({ resultType: "complete" });
  const inputResponses = { [request]: { action: "accept", content: { answer: "done" } } };
  expect((await raw.ask("tasks/update", { taskId, inputResponses })).result).not.toHaveProperty("status");
  await settled(rig, taskId);
  const { result } = await raw.ask("tasks/get", { taskId });
  expect(result).toMatchObject({ status: "completed", result: { content: [{ text: 'it is "done"' }] } });
});

test("of a task that asks for several things each may be answered by itself", async () => {
  const part = (name: string) => ({ type: "object", properties: { [name]: { type: "string" } } });
  const parts = { type: "object", properties: { cat: part("cat"), dog: part("dog") } };
  const several = testTool("several", async ({ ask }) => ({ content: JSON.stringify(await ask("Which?", parts)) }));
  await using rig = await McpRig.open({ tools: [several] });
  await using raw = await rig.raw({ capabilities });
  const { taskId } = (await raw.ask("tools/call", { name: "several" })).result;
  const asked = async () => {
    const { result } = await raw.ask("tasks/get", { taskId });
    return result["status"] === "input_required" ? Object.keys(result["inputRequests"] as object) : [];
  };
  let open = await asked();
  while (open.length === 0) open = await asked();
  const [cat = "", dog = ""] = open;
  const fill = async (key: string, content: object) =>
    await raw.ask("tasks/update", { taskId, inputResponses: { [key]: { action: "accept", content } } });
  await fill(cat, { cat: "Tom" });
  expect(await asked()).toEqual([dog]);
  await fill(dog, { dog: "Spike" });
  await settled(rig, taskId);
  const { result } = await raw.ask("tasks/get", { taskId });
  expect(result["result"]).toMatchObject({ content: [{ text: '{"cat":{"cat":"Tom"},"dog":{"dog":"Spike"}}' }] });
});

promise("leak.task", "a cancelled task ends its call, once; one that has ended stays as it is", async () => {
  await using rig = await McpRig.open();
  await using raw = await rig.raw({ capabilities });
  const { taskId } = (await raw.ask("tools/call", { name: "echo", arguments: { text: "x", delayMs: 5000 } })).result;
  for (let time = 0; time < 2; time++) {
    expect((await raw.ask("tasks/cancel", { taskId })).result).not.toHaveProperty("status");
    await settled(rig, taskId);
    expect((await raw.ask("tasks/get", { taskId })).result).toMatchObject({ status: "cancelled" });
  }
  expect(rig.core.held).toBe(0);
});

promise("leak.cross-tenant", "a task of another principal is as unknown as none, whatever is asked of it", async () => {
  await using rig = await McpRig.open();
  await using ada = await rig.raw({ capabilities });
  await using eve = await rig.raw({ principal: "eve", capabilities });
  const { taskId } = (await ada.ask("tools/call", { name: "echo", arguments: { text: "x", delayMs: 5000 } })).result;
  for (const method of ["tasks/get", "tasks/update", "tasks/cancel"]) {
    const hers = (await eve.ask(method, { taskId, inputResponses: {} })).error;
    const none = (await eve.ask(method, { taskId: "no-such-call", inputResponses: {} })).error;
    expect(hers.code).toBe(-32_602);
    expect(
      JSON.stringify(hers)
        .replaceAll(String(taskId), "?")
        .replace(/"trace":"\w+"/, ""),
    ).toBe(
      JSON.stringify(none)
        .replaceAll("no-such-call", "?")
        .replace(/"trace":"\w+"/, ""),
    );
  }
  expect((await ada.ask("tasks/get", { taskId })).result).toMatchObject({ status: "working" });
});

test("who does not know tasks is given none and has none", async () => {
  await using rig = await McpRig.open();
  await using raw = await rig.raw();
  const refused = {
    code: -32_021,
    data: { requiredCapabilities: { extensions: { "io.modelcontextprotocol/tasks": {} } } },
  };
  for (const method of ["tasks/get", "tasks/update", "tasks/cancel"])
    expect((await raw.ask(method, { taskId: "x", inputResponses: {} })).error).toMatchObject(refused);
  for (const method of ["tasks/list", "tasks/result"])
    expect((await raw.ask(method, { taskId: "x" })).error.code).toBe(-32_601);
});

promise(
  "lost.reconnect",
  "who is behind when a task's call is deleted is told that nobody knows it any more, by every way to wait for it",
  async () => {
    await using rig = await McpRig.open();
    const request = { caller: someone("ada"), signal: new AbortController().signal };
    const start = { tool: "echo", input: { text: "x" } };
    const { call } = await rig.operations["call.start"](request, start);
    await rig.core.ended(call);
    const view = await rig.operations["call.get"](request, { call });
    await deleteCall(rig.core, call);
    const { journal } = rig.core;
    const changes = statusChanges({ journal, operations: rig.operations }, request, { ...view, seq: 1 });
    const told = Array.fromAsync(changes, ({ phase, fault }) => [phase, fault?.code]);
    await expect(told).resolves.toEqual([["failed", "call.unknown"]]);
    for (const after of [0, 1]) {
      using follower = new CallFollower(journal, { call, after });
      await follower.comes(new Set(), request.signal);
      expect(await follower.next(request.signal)).toEqual({ events: [], state: "missed" });
    }
  },
);
