import { z } from "zod";
import type { Endpoint, ListedModel, Model, ModelRequest } from "../../../core/models/model.ts";
import { Fault } from "../../../protocol/fault.ts";
import type { Fetch, Line } from "../sdk/line.ts";
import { sdkModel } from "../sdk/sdk-model.ts";
import type { ChatRequest, Prepared, Question, Vendor } from "../sdk/vendor.ts";
import { withinLimit } from "./within-limit.ts";

const version = "2023-06-01";
const mostSearches = 5;
const page = z.object({
  data: z.array(z.object({ id: z.string().min(1), max_input_tokens: z.int().optional().catch(undefined) })),
});
const searching = {
  type: "provider" as const,
  id: "anthropic.web_search_20250305" as const,
  name: "web_search",
  args: { maxUses: mostSearches },
};

/** A model of Anthropic's messages protocol. Source: docs.anthropic.com, API reference. */
export function anthropicModel(parts: Endpoint & { fetch?: Fetch }): Model {
  return sdkModel(parts, vendor);
}

const vendor: Vendor = {
  headers: (apiKey) => ({ "x-api-key": apiKey, "anthropic-version": version }),
  quirks: { argumentsAs: "value", noCredit: ["billing_error"], retryAfterMs: untilReset },
  prepare,
  listModels,
};

async function prepare({ line, request, fetch }: Question): Promise<Prepared> {
  const { createAnthropic } = await import("@ai-sdk/anthropic");
  const provider = createAnthropic({
    baseURL: line.baseUrl,
    // The library looks for a key in the environment where it is given none.
    apiKey: line.apiKey ?? "none",
    fetch: withinLimit(fetch, request.maxOutputTokens),
  });
  return { model: provider.languageModel(request.model), options: optionsOf(request) };
}

function optionsOf({ cache, webSearch, tools = [] }: ModelRequest): Partial<ChatRequest> {
  const functions = tools.map(({ schema, ...tool }) => ({
    type: "function" as const,
    ...tool,
    inputSchema: { ...schema },
  }));
  return {
    ...(cache === undefined ? {} : { providerOptions: { anthropic: { cacheControl: { type: "ephemeral" } } } }),
    ...(webSearch === true ? { tools: [...functions, searching] } : {}),
  };
}

async function listModels(line: Line, signal: AbortSignal): Promise<ListedModel[]> {
  const task = `list the models of ${line.provider}`;
  const list = page.safeParse(await line.request("/models?limit=1000", { task }, signal)).data;
  if (list === undefined) throw new Fault("model.unavailable", `Cannot ${task}: it sent no list, expected one`);
  return list.data.map(({ id, max_input_tokens: contextTokens }) =>
    contextTokens === undefined ? { model: id } : { model: id, contextTokens },
  );
}

/** Each limit tells the moment at which it is whole again; the exhausted ones count. */
function untilReset(headers: Readonly<Record<string, string>>, _body: unknown, nowMs: number): number | undefined {
  const waits = ["requests", "tokens", "input-tokens", "output-tokens"].flatMap((of) => {
    const atMs = Date.parse(headers[`anthropic-ratelimit-${of}-reset`] ?? "");
    const isExhausted = headers[`anthropic-ratelimit-${of}-remaining`] === "0";
    return isExhausted && !Number.isNaN(atMs) ? Math.max(0, atMs - nowMs) : [];
  });
  return waits.length === 0 ? undefined : Math.max(...waits);
}
