import { describe, expect, test } from "vitest";
import { AskingBench } from "../../../../test/support/asking-bench.ts";
import { DialectBench, quirk } from "../../../../test/support/dialect-bench.ts";
import { modelContract } from "../../../core/models/model.contract.ts";
import type { Endpoint, ModelFile } from "../../../core/models/model.ts";
import { openaiCompatibleModel } from "../openai-compatible/openai-compatible-model.ts";
import { kimiDialect } from "./kimi-dialect.ts";

const open = (endpoint: Endpoint) => openaiCompatibleModel({ ...endpoint, dialect: kimiDialect });
const here = import.meta.dirname;
const never = new AbortController().signal;
const report: ModelFile = { name: "report.pdf", mediaType: "application/pdf", bytes: Buffer.from("%PDF-1.7 report") };

describe("kimiDialect", () => modelContract(open));

test("the web search gets its arguments back unchanged, with its tool still there, each round reserved and settled", async () => {
  const body = await quirk(here, "web-search-wants-its-arguments-back.sse");
  await using bench = await AskingBench.open([{ kind: "recorded", body }], { open });
  using call = bench.context();
  const answer = await bench.ask(call, { prompt: "what is tea?", webSearch: true });
  expect(answer).toMatchObject({ text: "echo: what is tea?", finish: "stop" });
  expect(answer).not.toHaveProperty("toolCalls");
  const [first, second] = bench.vendor.seen.map((seen) => seen.body);
  expect(first?.["tools"]).toEqual([{ type: "builtin_function", function: { name: "$web_search" } }]);
  expect(second?.["tools"]).toEqual(first?.["tools"]);
  const given = '{"search_result":{"search_id":"a1"},"usage":{"total_tokens":8500}}';
  expect(second?.["messages"]).toMatchObject([
    { role: "user" },
    {
      role: "assistant",
      tool_calls: [{ type: "builtin_function", function: { name: "$web_search", arguments: given } }],
    },
    { role: "tool", tool_call_id: "$web_search:0", content: given },
  ]);
  expect(call.usage).toMatchObject({ modelCalls: 1, requests: 2 });
  expect(bench.ledger.all.map(({ state }) => state)).toEqual(["measured", "measured"]);
});

test("what the model thought goes back within a tool loop", async () => {
  await using bench = await DialectBench.open(open);
  const toolCalls = [{ id: "c1", tool: "look_up", arguments: "{}" }];
  const { body } = await bench.ask({
    messages: [
      { role: "user", text: "tea?" },
      { role: "assistant", text: "", reasoning: "I should look it up.", toolCalls },
      { role: "tool", text: "a leaf", toolCallId: "c1" },
    ],
  });
  expect(body["messages"]).toMatchObject([{}, { reasoning_content: "I should look it up." }, {}]);
});

test("a file is given once, and its text stands before the question", async () => {
  const paths: string[] = [];
  await using bench = await AskingBench.open([], { open });
  bench.vendor.beside = async (request, response) => {
    const path = request.url ?? "";
    if (!path.includes("/files")) return false;
    paths.push(`${request.method} ${path}`);
    for await (const _piece of request);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(path.endsWith("/content") ? { content: "quarterly numbers" } : { id: "file-1" }));
    return true;
  };
  using call = bench.context();
  const messages = [{ role: "user" as const, text: "what does it say?", files: [report] }];
  await bench.ask(call, { prompt: "", messages });
  await bench.ask(call, { prompt: "", messages: [...messages, { role: "user", text: "and then?" }] });
  expect(paths).toEqual(["POST /v1/files", "GET /v1/files/file-1/content"]);
  for (const { body } of bench.vendor.seen) {
    const told = JSON.stringify(body["messages"]);
    expect(told.indexOf("quarterly numbers")).toBeLessThan(told.indexOf("what does it say?"));
    expect(told.indexOf("quarterly numbers")).toBeGreaterThan(0);
  }
});

test("a file that another principal gave is given again", async () => {
  await using bench = await AskingBench.open([], { open });
  let given = 0;
  bench.vendor.beside = async (request, response) => {
    if (request.url?.includes("/files") !== true) return false;
    if (request.method === "POST") given++;
    for await (const _piece of request);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ id: `file-${given}`, content: "numbers" }));
    return true;
  };
  for (const principal of ["ada", "bob", "ada"]) {
    using call = bench.context({ principal });
    await bench.ask(call, { prompt: "", messages: [{ role: "user", text: "what?", files: [report] }] });
  }
  expect(given).toBe(2);
});

test("a file that is refused is a fault with the file's name", async () => {
  await using bench = await DialectBench.open(open);
  bench.vendor.beside = async (request, response) => {
    for await (const _piece of request);
    response.writeHead(400, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { message: "text extract error", type: "invalid_request_error" } }));
    return true;
  };
  await expect(bench.model.uploadFile?.(report, never)).rejects.toMatchObject({
    code: "model.refused",
    message: expect.stringContaining("Cannot give report.pdf to bench"),
  });
});

test("cached tokens stand alone in the usage, and are told", async () => {
  await using bench = await DialectBench.open(open);
  const { parts } = await bench.ask({}, { kind: "recorded", body: await quirk(here, "cached-tokens-stand-alone.sse") });
  expect(parts.at(-1)).toMatchObject({ usage: { inputTokens: 2000, outputTokens: 4, cachedInputTokens: 1792 } });
});

test("the same beginning is kept under its key", async () => {
  await using bench = await DialectBench.open(open);
  expect((await bench.ask({ cache: { key: "thread-1" } })).body["prompt_cache_key"]).toBe("thread-1");
});

test.each([
  ["kimi-k2.6", { mode: "high" }, undefined, { type: "enabled" }],
  ["kimi-k2.6", { mode: "minimal" }, undefined, { type: "disabled" }],
  ["kimi-k2.6", { mode: "high" }, true, { type: "disabled" }],
  ["kimi-k2.6", undefined, undefined, undefined],
  ["kimi-k2.7-code", { mode: "minimal" }, undefined, undefined],
  ["moonshot-v1-8k", { mode: "high" }, undefined, undefined],
] as const)("%s with thinking %j and web search %j is told %j", async (model, thinking, webSearch, told) => {
  await using bench = await DialectBench.open(open);
  const asked = { model, ...(thinking && { thinking }), ...(webSearch && { webSearch }) };
  expect((await bench.ask(asked)).body["thinking"]).toEqual(told);
});

test("thinking models fix their temperature: it is left out and told; for others the scale ends at 1", async () => {
  await using bench = await DialectBench.open(open);
  const fixed = await bench.ask({ model: "kimi-k2.6", temperature: 0.3 });
  expect(fixed.body).not.toHaveProperty("temperature");
  expect(fixed.parts.at(-1)).toMatchObject({ ignored: ["temperature"] });
  expect((await bench.ask({ model: "moonshot-v1-8k", temperature: 1.7 })).body["temperature"]).toBe(1);
});

test("arrears have the status of a limit, and waiting does not help", async () => {
  await using bench = await DialectBench.open(open);
  const body = await quirk(here, "arrears-as-a-limit.json");
  expect(await bench.faultOf({ kind: "recorded", status: 429, body })).toMatchObject({
    code: "model.refused",
    retry: { safe: false },
  });
});
