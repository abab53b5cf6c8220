import type { Client } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { z } from "zod";
import { promise } from "../../../../test/promise.ts";
import { someone } from "../../../../test/support/core.ts";
import { McpRig } from "../../../../test/support/mcp-rig.ts";
import { testTool } from "../../../../test/support/socket-rig.ts";
import { orAborted } from "../../../base/abort.ts";
import { Fault } from "../../../protocol/fault.ts";
import type { CallId, SessionId } from "../../../protocol/ids.ts";

const anything = z.looseObject({});

const tools = [
  testTool("asking", async ({ ask }) => ({ content: `it is ${JSON.stringify(await ask("What?"))}` })),
  testTool("fails", async ({ ask }) => {
    await ask("Shall I?");
    throw new Fault("model.refused", "Cannot ask: it was refused");
  }),
];

async function ask(client: Client, method: string, params: object): Promise<Record<string, unknown>> {
  return await client.request({ method, params } as never, anything as never);
}

async function newTask(client: Client, name: string, input: object = {}): Promise<Record<string, unknown>> {
  const { task } = await ask(client, "tools/call", { name, arguments: input, task: { ttl: 60_000 } });
  return task as Record<string, unknown>;
}

const withForms = {
  options: { capabilities: { elicitation: {} } },
  prepare: (client: Client) =>
    client.setRequestHandler("elicitation/create", async () => ({ action: "accept", content: { answer: "so" } })),
};

test("in a session of 2025-11-25 a call that is asked for as a task is one: looked at, listed, its result fetched", async () => {
  await using rig = await McpRig.open({ tools });
  await using client = await rig.client(withForms);
  expect(client.getServerCapabilities()?.tasks).toMatchObject({ requests: { tools: { call: {} } } });
  const told: unknown[] = [];
  const ended = Promise.withResolvers<void>();
  client.setNotificationHandler(
    "notifications/tasks/status" as never,
    { params: anything } as never,
    ((status: object) => {
      told.push("status" in status && status.status);
      if (told.at(-1) === "completed") ended.resolve();
    }) as never,
  );
  const task = await newTask(client, "asking");
  const { taskId } = task;
  expect(task).toMatchObject({ ttl: 604_800_000, pollInterval: expect.any(Number) });
  const result = await ask(client, "tasks/result", { taskId });
  expect(result["content"]).toEqual([{ type: "text", text: 'it is "so"' }]);
  expect(result["_meta"]).toEqual({ "io.modelcontextprotocol/related-task": { taskId } });
  await ended.promise;
  expect(told.slice(-1)).toEqual(["completed"]);
  expect(await ask(client, "tasks/get", { taskId })).toMatchObject({ taskId, status: "completed" });
  expect(await ask(client, "tasks/list", {})).toMatchObject({ tasks: [{ taskId, status: "completed" }] });
  await expect(ask(client, "tasks/cancel", { taskId })).rejects.toMatchObject({ code: -32_602 });
});

test("there a tool that failed is a task that failed, and a cancelled one is cancelled", async () => {
  await using rig = await McpRig.open({ tools });
  await using client = await rig.client(withForms);
  const failed = await newTask(client, "fails");
  const result = await ask(client, "tasks/result", { taskId: failed["taskId"] });
  expect(result).toMatchObject({ isError: true });
  expect(await ask(client, "tasks/get", { taskId: failed["taskId"] })).toMatchObject({ status: "failed" });
  const { taskId } = await newTask(client, "echo", { text: "x", delayMs: 60_000 });
  await ask(client, "tasks/cancel", { taskId });
  await rig.core.ended(taskId as CallId);
  expect(await ask(client, "tasks/get", { taskId })).toMatchObject({ status: "cancelled" });
  await using eve = await rig.client({ principal: "eve" });
  await expect(ask(eve, "tasks/get", { taskId })).rejects.toMatchObject({ code: -32_602 });
  expect(await ask(eve, "tasks/list", {})).toEqual({ tasks: [] });
});

promise(
  "proc.disconnect",
  "a task goes with a client that left before the handle reached it, and stays once it has it",
  async () => {
    const session = "of-the-test" as SessionId;
    const ways: Record<string, { isWritten: boolean; isLookedAt: boolean; ends: string }> = {
      "cut before the handle": { isWritten: false, isLookedAt: false, ends: "cancelled" },
      "has the handle": { isWritten: true, isLookedAt: false, ends: "succeeded" },
      "asks for it by its id": { isWritten: false, isLookedAt: true, ends: "succeeded" },
    };
    for (const [way, { isWritten, isLookedAt, ends }] of Object.entries(ways)) {
      const done = Promise.withResolvers<string>();
      const gated = testTool("gated", async ({ signal }) => ({ content: await orAborted(done.promise, signal) }));
      await using rig = await McpRig.open({ tools: [gated] });
      const caller = { ...someone("ada"), session };
      const onWritten = (_: unknown, listener: () => void) => isWritten && listener();
      await using client = await rig.client({ peer: { caller, onWritten } });
      const { taskId } = await newTask(client, "gated");
      if (isLookedAt) await ask(client, "tasks/get", { taskId });
      rig.core.presences.expect({ session });
      await rig.clock.advance(60_000);
      done.resolve("alone");
      expect([way, (await rig.core.ended(taskId as CallId)).phase]).toEqual([way, ends]);
    }
  },
);
