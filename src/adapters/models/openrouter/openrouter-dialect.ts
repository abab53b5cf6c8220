import { z } from "zod";
import type { ThinkingMode } from "../../../core/models/model.ts";
import type { Dialect } from "../sdk/dialect.ts";

const efforts: Readonly<Record<ThinkingMode, string>> = {
  minimal: "minimal",
  low: "low",
  medium: "medium",
  high: "high",
  max: "xhigh",
};
const page = z.object({ url_citation: z.object({ url: z.string(), title: z.string().optional().catch(undefined) }) });
const annotated = z.object({
  choices: z.array(z.object({ delta: z.object({ annotations: z.array(page.catch({ url_citation: { url: "" } })) }) })),
});

/**
 * OpenRouter. The web search is a plugin, what it found comes as annotations, and a limit tells the moment of
 * its end in milliseconds since 1970. Source: openrouter.ai/docs, API reference.
 */
export const openrouterDialect: Dialect = {
  body: (body, { thinking, webSearch }) => ({
    ...body,
    ...(thinking === undefined ? {} : { reasoning: { effort: efforts[thinking.mode] } }),
    ...(webSearch === true ? { plugins: [{ id: "web" }] } : {}),
  }),
  citations: (event) =>
    (annotated.safeParse(event).data?.choices ?? [])
      .flatMap(({ delta }) => delta.annotations)
      .flatMap(({ url_citation: { url, title } }) =>
        url === "" ? [] : [title === undefined ? { url } : { url, title }],
      ),
  retryAfterMs: (headers, _body, nowMs) => {
    const atMs = Number(headers["x-ratelimit-reset"] ?? Number.NaN);
    return atMs > 1e12 ? Math.max(0, Math.ceil(atMs - nowMs)) : undefined;
  },
};
