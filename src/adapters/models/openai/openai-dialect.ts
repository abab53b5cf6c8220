import type { ThinkingMode } from "../../../core/models/model.ts";
import { type Body, type Dialect, without } from "../sdk/dialect.ts";

/** Models that reason: they take an effort and no temperature. */
const reasons = /^(o\d|gpt-[5-9](?!.*-chat))/;
const knowsMinimal = /^gpt-5(-|$)/;
const searches = /-search-/;

/**
 * OpenAI's chat completions. Reasoning models take no temperature, the others no effort; only the search models
 * search the web; limits tell their end as a duration. Source: platform.openai.com/docs, API reference and
 * guides on reasoning, rate limits and prompt caching.
 */
export const openaiDialect: Dialect = {
  body: (body, { model, thinking, cache, webSearch }) => {
    const effort =
      thinking === undefined || !reasons.test(model) ? {} : { reasoning_effort: effortOf(model, thinking.mode) };
    const kept = cache === undefined ? {} : { prompt_cache_key: cache.key };
    const searching: Body = webSearch === true && searches.test(model) ? { web_search_options: {} } : {};
    return { ...without(body, reasons.test(model) ? ["temperature"] : []), ...effort, ...kept, ...searching };
  },
  ignored: ({ model, temperature, thinking, webSearch }) => [
    ...(temperature !== undefined && reasons.test(model) ? ["temperature"] : []),
    ...(thinking !== undefined && !reasons.test(model) ? ["thinking"] : []),
    ...(webSearch === true && !searches.test(model) ? ["webSearch"] : []),
  ],
  noCredit: ["insufficient_quota"],
  retryAfterMs: (headers) => {
    const waits = ["requests", "tokens"].flatMap((of) =>
      headers[`x-ratelimit-remaining-${of}`] === "0" ? (durationMs(headers[`x-ratelimit-reset-${of}`]) ?? []) : [],
    );
    return waits.length === 0 ? undefined : Math.max(...waits);
  },
};

function effortOf(model: string, mode: ThinkingMode): string {
  if (mode === "max") return "high";
  return mode === "minimal" && !knowsMinimal.test(model) ? "low" : mode;
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Such as `6m0s` or `120ms`; `undefined` where it is no duration. */
function durationMs(text = ""): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g);
  return Math.ceil([...parts].reduce((sum, [, count, unit = "s"]) => sum + Number(count) * (unitMs[unit] ?? 0), 0));
}
