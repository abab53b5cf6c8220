import { describe, expect, test } from "vitest";
import { DialectBench, quirk } from "../../../../test/support/dialect-bench.ts";
import { modelContract } from "../../../core/models/model.contract.ts";
import type { Endpoint } from "../../../core/models/model.ts";
import { openaiCompatibleModel } from "../openai-compatible/openai-compatible-model.ts";
import { glmDialect } from "./glm-dialect.ts";

const open = (endpoint: Endpoint) => openaiCompatibleModel({ ...endpoint, dialect: glmDialect });
const here = import.meta.dirname;

describe("glmDialect", () => modelContract(open));

test.each([
  ["minimal", "disabled"],
  ["low", "enabled"],
  ["max", "enabled"],
] as const)("thinking %s is told as %s", async (mode, type) => {
  await using bench = await DialectBench.open(open);
  const { body } = await bench.ask({ thinking: { mode } });
  expect(body["thinking"]).toEqual({ type });
  expect(body).not.toHaveProperty("reasoning_effort");
});

test("nothing is said of thinking where nothing was asked", async () => {
  await using bench = await DialectBench.open(open);
  expect((await bench.ask({})).body).not.toHaveProperty("thinking");
});

test("a web search is a tool, and the pages that it lists beside the choices are told", async () => {
  await using bench = await DialectBench.open(open);
  const recorded = await quirk(here, "web-search-lists-pages-beside-choices.sse");
  const { parts, body } = await bench.ask({ webSearch: true }, { kind: "recorded", body: recorded });
  expect(body["tools"]).toMatchObject([{ type: "web_search" }]);
  expect(parts.at(-1)).toMatchObject({
    type: "end",
    usage: { inputTokens: 5, outputTokens: 3, cachedInputTokens: 2 },
    citations: [{ url: "https://tea.example.org/", title: "Tea" }, { url: "https://leaf.example.org/" }],
  });
});

test("an answer that it gave up is cut, and no success", async () => {
  await using bench = await DialectBench.open(open);
  const body = await quirk(here, "gives-up-as-network-error.sse");
  expect(await bench.faultOf({ kind: "recorded", body })).toMatchObject({ code: "model.cut", retry: { safe: true } });
});

test("arrears have the status of a limit, and waiting does not help", async () => {
  await using bench = await DialectBench.open(open);
  const body = await quirk(here, "arrears-as-a-limit.json");
  expect(await bench.faultOf({ kind: "recorded", status: 429, body })).toMatchObject({
    code: "model.refused",
    retry: { safe: false },
  });
});

test("only the tool choice auto is known: another is left out and told", async () => {
  await using bench = await DialectBench.open(open);
  const tools = [{ name: "look_up", description: "Looks up.", schema: { type: "object" } }];
  const { parts, body } = await bench.ask({ tools, toolChoice: "required" });
  expect(body).not.toHaveProperty("tool_choice");
  expect(parts.at(-1)).toMatchObject({ ignored: ["toolChoice"] });
});

const lookUp = {
  name: "look_up",
  description: "Looks a word up.",
  schema: { type: "object", properties: { word: { type: "string" }, most: { type: "integer" } } },
};
const marked =
  "<tool_call>look_up\n<arg_key>word</arg_key>\n<arg_value>007</arg_value>\n<arg_key>most</arg_key>\n<arg_value>3</arg_value>\n</tool_call>";

test.each([
  ["in marks", `I will. ${marked}`, [{ word: "007", most: 3 }]],
  ["as JSON", '<tool_call>{"name": "look_up", "arguments": {"word": "tea"}}</tool_call>', [{ word: "tea" }]],
  [
    "twice",
    `${marked}\n${marked}`,
    [
      { word: "007", most: 3 },
      { word: "007", most: 3 },
    ],
  ],
  ["without an end", marked.replace("</tool_call>", ""), [{ word: "007", most: 3 }]],
])("a tool call that is written into the text %s is one, however it is cut into pieces", async (_how, text, given) => {
  for (const chunks of [1, 7, text.length]) {
    await using bench = await DialectBench.open(open);
    const { parts } = await bench.ask({ tools: [lookUp] }, { kind: "answer", text, chunks });
    const calls = parts.flatMap((part) => (part.type === "tool-call" ? [part] : []));
    expect(calls.map((call) => [call.tool, JSON.parse(call.arguments)])).toEqual(
      given.map((each) => ["look_up", each]),
    );
    expect(new Set(calls.map(({ id }) => id)).size).toBe(given.length);
    expect(parts.at(-1)).toMatchObject({ type: "end", reason: "tools" });
    expect(parts.map((part) => (part.type === "text" ? part.text : "")).join("")).not.toContain("<");
  }
});

test("what only looks like a tool call stays text: of a tool that was not given, or none at all", async () => {
  for (const text of ["<tool_call>fly</tool_call>", "a < b and <tool_", "say <tool_call> for a call"]) {
    await using bench = await DialectBench.open(open);
    const { parts } = await bench.ask({ tools: [lookUp] }, { kind: "answer", text, chunks: 5 });
    expect(parts.map((part) => (part.type === "text" ? part.text : "")).join("")).toBe(text);
    expect(parts.at(-1)).toMatchObject({ reason: "stop" });
  }
  await using bench = await DialectBench.open(open);
  const { parts } = await bench.ask({}, { kind: "answer", text: marked });
  expect(parts[0]).toEqual({ type: "text", text: marked });
});

test("where no tool is to be chosen none are given", async () => {
  await using bench = await DialectBench.open(open);
  const { parts, body } = await bench.ask({ tools: [lookUp], toolChoice: "none" });
  expect(body).not.toHaveProperty("tools");
  expect(parts.at(-1)).not.toHaveProperty("ignored");
});

test("the scale of temperature ends at 1, and a schema is told in words", async () => {
  await using bench = await DialectBench.open(open);
  const schema = { type: "object", properties: { vote: { type: "string" } } };
  const { body } = await bench.ask({ temperature: 1.5, responseFormat: { name: "vote", schema } });
  expect(body).toMatchObject({ temperature: 1, response_format: { type: "json_object" } });
  expect(JSON.stringify(body["messages"])).toContain("vote");
});
