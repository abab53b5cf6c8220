import { describe, expect, test } from "vitest";
import { DialectBench, quirk } from "../../../../test/support/dialect-bench.ts";
import { modelContract } from "../../../core/models/model.contract.ts";
import type { Endpoint } from "../../../core/models/model.ts";
import { openaiCompatibleModel } from "../openai-compatible/openai-compatible-model.ts";
import { openrouterDialect } from "./openrouter-dialect.ts";

const open = (endpoint: Endpoint) => openaiCompatibleModel({ ...endpoint, dialect: openrouterDialect });
const here = import.meta.dirname;

describe("openrouterDialect", () => modelContract(open));

test("the web search is a plugin, and what it found comes as annotations", async () => {
  await using bench = await DialectBench.open(open);
  const recorded = await quirk(here, "pages-come-as-annotations.sse");
  const asked = { webSearch: true, thinking: { mode: "max" } } as const;
  const { parts, body } = await bench.ask(asked, { kind: "recorded", body: recorded });
  expect(body).toMatchObject({ plugins: [{ id: "web" }], reasoning: { effort: "xhigh" } });
  expect(parts.at(-1)).toMatchObject({ citations: [{ url: "https://tea.example.org/", title: "Tea" }] });
});

test("a provider behind it that fails in the middle is a cut answer", async () => {
  await using bench = await DialectBench.open(open);
  const body = await quirk(here, "fails-in-the-middle.sse");
  expect(await bench.faultOf({ kind: "recorded", body })).toMatchObject({ code: "model.cut", retry: { safe: true } });
});

test("the end of a limit is a moment in milliseconds, measured on the vendor's own clock", async () => {
  await using bench = await DialectBench.open(open);
  const atMs = Date.UTC(2026, 0, 1);
  const headers = { date: new Date(atMs).toUTCString(), "x-ratelimit-reset": `${atMs + 9000}` };
  expect((await bench.faultOf({ kind: "status", status: 429, headers })).retry).toEqual({ safe: true, afterMs: 9000 });
});

test("an account without credit is refused, and waiting does not help", async () => {
  await using bench = await DialectBench.open(open);
  const body = { error: { code: 402, message: "Insufficient credits" } };
  expect(await bench.faultOf({ kind: "status", status: 402, body })).toMatchObject({ code: "model.refused" });
});
