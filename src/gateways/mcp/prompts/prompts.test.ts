import { expect, test } from "vitest";
import { z } from "zod";
import { promise } from "../../../../test/promise.ts";
import { McpRig } from "../../../../test/support/mcp-rig.ts";
import { testTool } from "../../../../test/support/socket-rig.ts";
import type { CallId, PrincipalId, ThreadId } from "../../../protocol/ids.ts";

const ask = {
  ...testTool("ask", async () => ({ content: "" }), { thread: ({ thread }) => thread as ThreadId }),
  input: z.strictObject({
    prompt: z.string().describe("What to ask"),
    files: z.array(z.string()).optional(),
    depth: z.int().optional(),
    model: z.string().optional(),
    mood: z.enum(["calm", "cross"]).optional(),
    thread: z.string().optional(),
    options: z.strictObject({ a: z.string() }).optional(),
  }),
};

const models = ["glm-4", "glm-4-air", "kimi-k2"].map((model) => ({ provider: "p", model, ready: true }));
const options = {
  tools: [ask],
  models: async () => ({ models: [...models, { provider: "q", model: "off", ready: false }] }),
};

for (const era of ["legacy", "modern"] as const)
  test(`${era}: each tool has a prompt, with its plain fields as arguments`, async () => {
    await using rig = await McpRig.open(options);
    await using client = await rig.client({ era });
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(["echo", "ask", "calls", "continue"]);
    expect(prompts[1]?.arguments?.map(({ name, required }) => [name, required])).toEqual([
      ["prompt", true],
      ["files", false],
      ["depth", false],
      ["model", false],
      ["mood", false],
      ["thread", false],
    ]);
    const given = { prompt: "why?", files: "/a.ts, /b.ts", depth: "3", model: "" };
    const { messages } = await client.getPrompt({ name: "ask", arguments: given });
    const [{ content: { text = "" } = {} } = {}] = messages as { content: { text?: string } }[];
    expect(text).toContain("`ask`");
    expect(JSON.parse(text.slice(text.indexOf("{")))).toEqual({ prompt: "why?", files: ["/a.ts", "/b.ts"], depth: 3 });
    const open = await client.getPrompt({ name: "ask", arguments: { mood: "calm" } });
    expect(JSON.stringify(open)).toContain("Find out first: prompt");
    const next = await client.getPrompt({ name: "continue", arguments: { thread: "t1", prompt: "and then?" } });
    expect(JSON.stringify(next)).toContain("t1");
    await expect(client.getPrompt({ name: "none" })).rejects.toMatchObject({ code: -32_602 });
  });

promise(
  "leak.cross-tenant",
  "completions know models, tools and choices, and of threads and calls only one's own",
  async () => {
    await using rig = await McpRig.open(options);
    await using ada = await rig.client();
    await using eve = await rig.client({ principal: "eve" });
    const ref = { type: "ref/prompt" as const, name: "ask" };
    const values = async (name: string, value: string, client = ada) =>
      (await client.complete({ ref, argument: { name, value } })).completion.values;
    expect(await values("model", "4")).toEqual(["glm-4", "glm-4-air"]);
    expect(await values("model", "k2")).toEqual(["kimi-k2"]);
    expect(await values("mood", "c")).toEqual(["calm", "cross"]);
    expect(await values("tool", "as")).toEqual(["ask"]);
    expect(await values("prompt", "x")).toEqual([]);
    const { structuredContent } = await ada.callTool({ name: "echo", arguments: { text: "x" } });
    const { call } = structuredContent as { call: string };
    expect(await values("call", "")).toEqual([call]);
    expect(await values("call", "", eve)).toEqual([]);
    const turns = { principal: "ada" as PrincipalId, call: call as CallId, tool: "ask", at: 0, title: "hers" };
    const turn = { role: "user" as const, text: "hello", more: "{}" };
    await rig.core.store.recordTurns({ ...turns, thread: "t-hers" as ThreadId, turns: [turn] });
    for (const name of ["thread", "continuation_id"]) {
      expect(await values(name, "t-")).toEqual(["t-hers"]);
      expect(await values(name, "t-", eve)).toEqual([]);
    }
  },
);
