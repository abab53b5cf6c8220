import { describe, expect, test } from "vitest";
import { DialectBench, quirk } from "../../../../test/support/dialect-bench.ts";
import { modelContract } from "../../../core/models/model.contract.ts";
import type { Endpoint } from "../../../core/models/model.ts";
import { openaiCompatibleModel } from "../openai-compatible/openai-compatible-model.ts";
import { openaiDialect } from "./openai-dialect.ts";

const open = (endpoint: Endpoint) =>
  openaiCompatibleModel({ ...endpoint, outputLimitField: "max_completion_tokens", dialect: openaiDialect });

describe("openaiDialect", () => modelContract(open));

test.each([
  ["gpt-5-mini", "minimal", "minimal"],
  ["gpt-5.2", "minimal", "low"],
  ["o4-mini", "max", "high"],
  ["gpt-4.1", "high", undefined],
] as const)("%s with thinking %s is told the effort %s", async (model, mode, effort) => {
  await using bench = await DialectBench.open(open);
  const { parts, body } = await bench.ask({ model, thinking: { mode } });
  expect(body["reasoning_effort"]).toBe(effort);
  expect(parts.at(-1)).toMatchObject(effort === undefined ? { ignored: ["thinking"] } : { type: "end" });
});

test("reasoning models take no temperature: it is left out and told", async () => {
  await using bench = await DialectBench.open(open);
  const { parts, body } = await bench.ask({ model: "gpt-5-mini", temperature: 0.3 });
  expect(body).not.toHaveProperty("temperature");
  expect(parts.at(-1)).toMatchObject({ ignored: ["temperature"] });
  expect((await bench.ask({ model: "gpt-4.1", temperature: 0.3 })).body["temperature"]).toBe(0.3);
});

test("only the search models search the web; the others say that they did not", async () => {
  await using bench = await DialectBench.open(open);
  expect((await bench.ask({ model: "gpt-4o-search-preview", webSearch: true })).body).toMatchObject({
    web_search_options: {},
  });
  const { parts, body } = await bench.ask({ model: "gpt-4.1", webSearch: true });
  expect(body).not.toHaveProperty("web_search_options");
  expect(parts.at(-1)).toMatchObject({ ignored: ["webSearch"] });
});

test("the same beginning is kept under its key, and an answer may have a schema", async () => {
  await using bench = await DialectBench.open(open);
  const schema = { type: "object" };
  const { body } = await bench.ask({ cache: { key: "thread-1" }, responseFormat: { name: "vote", schema } });
  expect(body).toMatchObject({
    prompt_cache_key: "thread-1",
    response_format: { type: "json_schema", json_schema: { name: "vote", schema } },
  });
});

test.each([
  [{ "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s" }, 360_000],
  [{ "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "120ms" }, 120],
  [{ "x-ratelimit-remaining-requests": "7", "x-ratelimit-reset-requests": "6m0s" }, undefined],
  [{ "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "soon" }, undefined],
  [{ "retry-after": "3", "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s" }, 3000],
])("a limit with %j asks for %s ms", async (headers, afterMs) => {
  await using bench = await DialectBench.open(open);
  expect((await bench.faultOf({ kind: "status", status: 429, headers: { ...headers } })).retry.afterMs).toBe(afterMs);
});

test("a spent quota has the status of a limit, and waiting does not help", async () => {
  await using bench = await DialectBench.open(open);
  const body = await quirk(import.meta.dirname, "spent-quota-as-a-limit.json");
  expect(await bench.faultOf({ kind: "recorded", status: 429, body })).toMatchObject({
    code: "model.refused",
    retry: { safe: false },
  });
});
