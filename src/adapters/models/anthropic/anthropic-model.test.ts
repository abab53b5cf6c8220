import { describe, expect, test } from "vitest";
import { DialectBench, quirk } from "../../../../test/support/dialect-bench.ts";
import { messages } from "../../../../test/support/vendor-protocols/messages.ts";
import { modelContract } from "../../../core/models/model.contract.ts";
import type { Message, ModelTool } from "../../../core/models/model.ts";
import { anthropicModel } from "./anthropic-model.ts";

const lookUp: ModelTool = { name: "look_up", description: "Looks up.", schema: { type: "object" } };

describe("anthropicModel", () => modelContract(anthropicModel, messages));

test("thinking takes its tokens from the output limit and is not added to it", async () => {
  await using bench = await DialectBench.open(anthropicModel, messages);
  const { body } = await bench.ask({ model: "claude-sonnet-4-5", thinking: { mode: "high" }, maxOutputTokens: 6000 });
  expect(body).toMatchObject({ max_tokens: 6000, thinking: { type: "enabled", budget_tokens: 3000 } });
});

test("thinking that does not fit beside an answer is left out", async () => {
  await using bench = await DialectBench.open(anthropicModel, messages);
  const { body } = await bench.ask({ model: "claude-sonnet-4-5", thinking: { mode: "high" }, maxOutputTokens: 1500 });
  expect(body["max_tokens"]).toBe(1500);
  expect(body).not.toHaveProperty("thinking");
});

test("the proof of its thoughts goes back with them within a tool loop", async () => {
  await using bench = await DialectBench.open(anthropicModel, messages);
  const call = { id: "call-1", tool: "look_up", arguments: "{}" };
  const asked = { model: "claude-sonnet-5", thinking: { mode: "high" }, tools: [lookUp] } as const;
  const first = await bench.ask(asked, { kind: "answer", text: "", reasoning: "hm", toolCalls: [call] });
  const end = first.parts.at(-1);
  const carry = end?.type === "end" ? end.carry : undefined;
  const again: Message[] = [
    { role: "user", text: "tea?" },
    { role: "assistant", text: "", reasoning: "hm", toolCalls: [call], carry },
    { role: "tool", text: "a leaf", toolCallId: "call-1" },
  ];
  const { body } = await bench.ask({ ...asked, messages: again });
  const sent = body["messages"] as { content: unknown }[];
  expect(sent[1]?.content).toMatchObject([
    { type: "thinking", thinking: "hm", signature: "signed" },
    { type: "tool_use", id: "call-1", input: {} },
  ]);
});

test("a conversation that goes on is kept, and the web search is a tool of the vendor's", async () => {
  await using bench = await DialectBench.open(anthropicModel, messages);
  const { body } = await bench.ask({ cache: { key: "thread-1" }, webSearch: true, tools: [lookUp] });
  expect(body["cache_control"]).toEqual({ type: "ephemeral" });
  expect(body["tools"]).toMatchObject([{ name: "look_up" }, { type: "web_search_20250305", max_uses: 5 }]);
});

test("what is cached is part of the input, and told", async () => {
  await using bench = await DialectBench.open(anthropicModel, messages);
  const body = await quirk(import.meta.dirname, "cached-tokens-stand-beside-the-input.sse");
  const { parts } = await bench.ask({}, { kind: "recorded", body });
  expect(parts.at(-1)).toMatchObject({ usage: { inputTokens: 2100, outputTokens: 5, cachedInputTokens: 2000 } });
});

test("a limit tells the moment of its end, measured on the vendor's own clock", async () => {
  await using bench = await DialectBench.open(anthropicModel, messages);
  const headers = {
    date: "Thu, 01 Jan 2026 00:00:00 GMT",
    "anthropic-ratelimit-requests-remaining": "0",
    "anthropic-ratelimit-requests-reset": "2026-01-01T00:00:12Z",
    "anthropic-ratelimit-tokens-remaining": "500",
    "anthropic-ratelimit-tokens-reset": "2026-01-01T00:09:00Z",
  };
  expect((await bench.faultOf({ kind: "status", status: 429, headers })).retry.afterMs).toBe(12_000);
});

test("an overloaded vendor, whose status is its own, is in trouble and may be asked again", async () => {
  await using bench = await DialectBench.open(anthropicModel, messages);
  const body = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
  expect(await bench.faultOf({ kind: "status", status: 529, body })).toMatchObject({
    code: "model.unavailable",
    retry: { safe: true },
  });
});
