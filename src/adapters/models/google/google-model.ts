import { z } from "zod";
import type { Endpoint, ListedModel, Model } from "../../../core/models/model.ts";
import { Fault } from "../../../protocol/fault.ts";
import type { Fetch, Line } from "../sdk/line.ts";
import { sdkModel } from "../sdk/sdk-model.ts";
import type { Prepared, Question, Vendor } from "../sdk/vendor.ts";

const count = z.int().positive().optional().catch(undefined);
const listed = z
  .object({
    name: z.string().min(1),
    inputTokenLimit: count,
    outputTokenLimit: count,
    supportedGenerationMethods: z.array(z.string()).optional().catch(undefined),
  })
  .transform(({ name, inputTokenLimit, outputTokenLimit, supportedGenerationMethods: methods }) => ({
    answers: methods?.includes("generateContent") ?? true,
    line: {
      model: name.replace(/^models\//, ""),
      ...(inputTokenLimit === undefined ? {} : { contextTokens: inputTokenLimit }),
      ...(outputTokenLimit === undefined ? {} : { maxOutputTokens: outputTokenLimit }),
    },
  }));
const page = z.object({ models: z.array(listed) });
const answering = z.object({ modelVersion: z.string() });
const retryInfo = z.object({ retryDelay: z.string().regex(/^\d+(\.\d+)?s$/) });
const detailed = z.object({ error: z.object({ details: z.array(z.unknown()) }) });
const searching = { type: "provider" as const, id: "google.google_search" as const, name: "google_search", args: {} };

/** A model of Google's generateContent protocol. Source: ai.google.dev/api. */
export function googleModel(parts: Endpoint & { fetch?: Fetch }): Model {
  return sdkModel(parts, vendor);
}

const vendor: Vendor = {
  headers: (apiKey) => ({ "x-goog-api-key": apiKey }),
  quirks: {
    argumentsAs: "value",
    retryAfterMs: retryDelay,
    answeredBy: (event) => answering.safeParse(event).data?.modelVersion,
  },
  prepare,
  listModels,
};

async function prepare({ line, request, fetch }: Question): Promise<Prepared> {
  const { createGoogleGenerativeAI } = await import("@ai-sdk/google");
  const provider = createGoogleGenerativeAI({
    baseURL: line.baseUrl,
    // The library looks for a key in the environment where it is given none.
    apiKey: line.apiKey ?? "none",
    fetch,
  });
  // Tools of one's own and the search exclude each other.
  const searches = request.webSearch === true && request.tools === undefined;
  return {
    model: provider.languageModel(request.model),
    options: {
      ...(searches ? { tools: [searching] } : {}),
      ...(request.thinking === undefined
        ? {}
        : { providerOptions: { google: { thinkingConfig: { includeThoughts: true } } } }),
    },
    ignored: request.webSearch === true && !searches ? ["webSearch"] : [],
  };
}

async function listModels(line: Line, signal: AbortSignal): Promise<ListedModel[]> {
  const task = `list the models of ${line.provider}`;
  const list = page.safeParse(await line.request("/models?pageSize=1000", { task }, signal)).data;
  if (list === undefined) throw new Fault("model.unavailable", `Cannot ${task}: it sent no list, expected one`);
  return list.models.flatMap(({ answers, line: model }) => (answers ? model : []));
}

/** The wait stands in the body, among the details of the error. */
function retryDelay(_headers: Readonly<Record<string, string>>, body: unknown): number | undefined {
  const details = detailed.safeParse(body).data?.error.details ?? [];
  const [wait] = details.flatMap((detail) => retryInfo.safeParse(detail).data?.retryDelay ?? []);
  return wait === undefined ? undefined : Math.ceil(Number.parseFloat(wait) * 1000);
}
