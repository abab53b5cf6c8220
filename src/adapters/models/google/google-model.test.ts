import { describe, expect, test } from "vitest";
import { DialectBench, quirk } from "../../../../test/support/dialect-bench.ts";
import { generateContent } from "../../../../test/support/vendor-protocols/generate-content.ts";
import { modelContract } from "../../../core/models/model.contract.ts";
import type { Message, ModelTool } from "../../../core/models/model.ts";
import { googleModel } from "./google-model.ts";

const here = import.meta.dirname;
const lookUp: ModelTool = { name: "look_up", description: "Looks up.", schema: { type: "object" } };

describe("googleModel", () => modelContract(googleModel, generateContent));

test("a limit tells its wait among the details of the error", async () => {
  await using bench = await DialectBench.open(googleModel, generateContent);
  const body = await quirk(here, "wait-among-the-details.json");
  expect(await bench.faultOf({ kind: "recorded", status: 429, body })).toMatchObject({
    code: "model.limited",
    retry: { safe: true, afterMs: 34_075 },
  });
});

test("the proof of a tool call goes back with it", async () => {
  await using bench = await DialectBench.open(googleModel, generateContent);
  const recorded = await quirk(here, "tool-calls-are-signed.sse");
  const { parts } = await bench.ask({ tools: [lookUp] }, { kind: "recorded", body: recorded });
  const [call, end] = parts;
  if (call?.type !== "tool-call" || end?.type !== "end") throw new Error("Cannot go on: no tool was asked for");
  const again: Message[] = [
    { role: "user", text: "tea?" },
    { role: "assistant", text: "", toolCalls: [call], carry: end.carry },
    { role: "tool", text: "a leaf", toolCallId: call.id },
  ];
  const { body } = await bench.ask({ tools: [lookUp], messages: again });
  const [, assistant] = body["contents"] as { parts: unknown[] }[];
  expect(assistant?.parts).toMatchObject([{ functionCall: { name: "look_up" }, thoughtSignature: "signed" }]);
});

test("the web search is a tool of the vendor's, and excludes others: then it is left out and told", async () => {
  await using bench = await DialectBench.open(googleModel, generateContent);
  expect((await bench.ask({ model: "gemini-2.5-flash", webSearch: true })).body["tools"]).toMatchObject([
    { googleSearch: {} },
  ]);
  const { parts } = await bench.ask({ model: "gemini-2.5-flash", webSearch: true, tools: [lookUp] });
  expect(parts.at(-1)).toMatchObject({ ignored: ["webSearch"] });
});

test("thinking shows its thoughts", async () => {
  await using bench = await DialectBench.open(googleModel, generateContent);
  const { body } = await bench.ask({ model: "gemini-2.5-flash", thinking: { mode: "low" } });
  expect(body["generationConfig"]).toMatchObject({ thinkingConfig: { includeThoughts: true } });
});

test("the list tells windows, and leaves out what does not answer", async () => {
  const answers = { supportedGenerationMethods: ["generateContent"] };
  const models = [
    { name: "models/small-1", inputTokenLimit: 1000, outputTokenLimit: 100, ...answers },
    { name: "models/embed-1", supportedGenerationMethods: ["embedContent"] },
  ];
  await using bench = await DialectBench.open(googleModel, { ...generateContent, list: () => ({ models }) });
  expect(await bench.model.listModels?.(new AbortController().signal)).toEqual([
    { model: "small-1", contextTokens: 1000, maxOutputTokens: 100 },
  ]);
});
