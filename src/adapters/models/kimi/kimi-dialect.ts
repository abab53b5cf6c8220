import { z } from "zod";
import { Fault } from "../../../protocol/fault.ts";
import { type Body, type Dialect, without, withTool } from "../sdk/dialect.ts";
import type { Line } from "../sdk/line.ts";

const webSearch = "$web_search";
const builtin = { type: "builtin_function", function: { name: webSearch } };
/** Models that think unless told otherwise, and fix their temperature. */
const thinker = /^kimi-(k2\.[5-9]|k[3-9])/;
const alwaysThinks = /thinking|-code/;
const taken = z.object({ id: z.string().min(1) });
const extracted = z.object({ content: z.string() });
const toolCall = z.looseObject({ function: z.looseObject({ name: z.string() }) });

/**
 * Kimi at Moonshot, in both regions. Its web search is a tool that it runs itself once its arguments come back
 * unchanged; files are given to it and come back as text; the same beginning is kept by key. Source:
 * platform.moonshot.ai/docs, guides on web search, files, thinking and context caching.
 */
export const kimiDialect: Dialect = {
  body: (body, { model, thinking, webSearch: searches, cache }) => {
    const kept = cache === undefined ? body : { ...body, prompt_cache_key: cache.key };
    const warm = { ...without(kept, takesNoTemperature(model) ? ["temperature"] : []) };
    const cooled =
      typeof warm["temperature"] === "number" ? { ...warm, temperature: Math.min(1, warm["temperature"]) } : warm;
    const thought = thinkingOf(model, { mode: thinking?.mode, searches: searches === true });
    return echoed(searches === true ? withTool({ ...cooled, ...thought }, builtin) : { ...cooled, ...thought });
  },
  ignored: ({ model, temperature, thinking }) => [
    ...(temperature !== undefined && takesNoTemperature(model) ? ["temperature"] : []),
    ...(thinking !== undefined && !canChooseThinking(model) ? ["thinking"] : []),
  ],
  echoes: (tool) => tool === webSearch,
  noCredit: ["exceeded_current_quota_error"],
  uploadFile: async (line, file, signal) => {
    const form = new FormData();
    form.set("purpose", "file-extract");
    form.set("file", new Blob([Uint8Array.from(file.bytes)], { type: file.mediaType }), file.name);
    const task = `give ${file.name} to ${line.provider}`;
    const sent = taken.safeParse(await line.request("/files", { task, method: "POST", body: form }, signal)).data;
    if (sent === undefined)
      throw new Fault("model.unavailable", `Cannot ${task}: it answered without an id, expected one`);
    return { id: sent.id, text: await extract(line, { id: sent.id, task }, signal) };
  },
};

async function extract(line: Line, { id, task }: { id: string; task: string }, signal: AbortSignal): Promise<string> {
  const content = await line.request(`/files/${encodeURIComponent(id)}/content`, { task }, signal);
  if (typeof content === "string") return content;
  return extracted.safeParse(content).data?.content ?? JSON.stringify(content);
}

function canChooseThinking(model: string): boolean {
  return thinker.test(model) && !alwaysThinks.test(model);
}

function takesNoTemperature(model: string): boolean {
  return thinker.test(model) || alwaysThinks.test(model);
}

/** A model that searches the web must not think meanwhile. */
function thinkingOf(model: string, { mode, searches }: { mode: string | undefined; searches: boolean }): Body {
  if (!canChooseThinking(model) || (mode === undefined && !searches)) return {};
  return { thinking: { type: searches || mode === "minimal" ? "disabled" : "enabled" } };
}

/** What the vendor runs itself has a type of its own, also where it comes back. */
function echoed(body: Body): Body {
  const { messages } = body;
  if (!Array.isArray(messages)) return body;
  return { ...body, messages: messages.map((message: Body) => ({ ...message, ...echoedCalls(message) })) };
}

function echoedCalls({ tool_calls: calls }: Body): Body {
  if (!Array.isArray(calls)) return {};
  const isEcho = (call: unknown) => toolCall.safeParse(call).data?.function.name === webSearch;
  return { tool_calls: calls.map((call: Body) => (isEcho(call) ? { ...call, type: "builtin_function" } : call)) };
}
