import { createTaskSessionFromClient, resultFromTaskOutcome } from "@modelcontextprotocol/ext-tasks/client";
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, OfficialClient, textOf } from "./official.ts";
import { framing, rawDispatch } from "./raw-dispatch.ts";
import { Stage } from "./stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open({ TOOL_PROFILE: "full" });
  stage.vendor.otherwise = () => ({ kind: "hang" });
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

const asTask = { task: { preference: "require" } } as const;
const slow = { text: "at last", delayMs: 3000 };

test.each(["HTTP", "stdio"] as const)(
  "the official client 1.x over %s calls a tool as a task because the list says so, and cancels one",
  async (way) => {
    await using official = await OfficialClient.connect({ kind: "1.x", way }, stage.reach);
    const { tasks } = official.former?.experimental ?? expect.unreachable();
    expect((await official.tools()).find(({ name }) => name === "echo")).toMatchObject({
      execution: { taskSupport: "optional" },
    });
    const told: string[] = [];
    for await (const message of tasks.callToolStream({ name: "echo", arguments: slow }, CallToolResultSchema)) {
      told.push(message.type === "error" ? String(message.error) : message.type);
      if (message.type === "taskCreated") await stage.cut();
      if (message.type === "result") expect(textOf(message.result)).toBe(slow.text);
    }
    expect([told[0], told.at(-1)]).toEqual(["taskCreated", "result"]);
    const before = stage.vendor.seen.length;
    for await (const message of tasks.callToolStream(
      { name: "chat", arguments: { prompt: way } },
      CallToolResultSchema,
    )) {
      if (message.type !== "taskCreated") continue;
      await stage.vendor.arrived(before + 1);
      await tasks.cancelTask(message.task.taskId);
    }
    expect(await stage.vendor.seen[before]?.over).toBe("early");
  },
);

test.each([
  { kind: "2.4 of 2025-11-25", way: "HTTP" },
  { kind: "2.4 of 2025-11-25", way: "stdio" },
  { kind: "2.4 of 2026-07-28", way: "HTTP" },
] as const)(
  "the official client $kind over $way, with its package for tasks, runs one to its end and cancels one",
  async ({ kind, way }) => {
    await using official = await OfficialClient.connect({ kind, way }, stage.reach);
    const client = official.newer ?? expect.unreachable();
    const newer = kind === "2.4 of 2026-07-28" && { rawDispatch: rawDispatch(stage.reach), v2RequestFraming: framing };
    await using session = createTaskSessionFromClient(client, { endpointId: "daemon", ...newer });
    const execution = await session.callTool("echo", slow, asTask);
    expect(execution.kind).toBe("task");
    const { outcome } = await execution.settle();
    expect(textOf(resultFromTaskOutcome(outcome) as Answer)).toBe(slow.text);
    const before = stage.vendor.seen.length;
    const chat = await session.callTool("chat", { prompt: `${kind} over ${way}` }, asTask);
    await stage.vendor.arrived(before + 1);
    await chat.cancel();
    expect(await stage.vendor.seen[before]?.over).toBe("early");
    expect((await chat.result()).status).toBe("cancelled");
  },
);
