import { z } from "zod";
import type { Endpoint, ListedModel, Model } from "../../../core/models/model.ts";
import { Fault } from "../../../protocol/fault.ts";
import type { Body, Dialect } from "../sdk/dialect.ts";
import type { Fetch, Line } from "../sdk/line.ts";
import { sdkModel } from "../sdk/sdk-model.ts";
import type { Prepared, Question, Vendor } from "../sdk/vendor.ts";
import { commonDialect } from "./common-dialect.ts";
import { listedModel } from "./listed-model.ts";

const modelList = z.union([z.object({ data: z.array(listedModel) }), z.object({ data: z.null() })]);

/**
 * A model at any endpoint that speaks the chat-completions protocol. Where the endpoint has ways of its own,
 * a dialect says them.
 */
export function openaiCompatibleModel(parts: Endpoint & { fetch?: Fetch; dialect?: Dialect }): Model {
  const { dialect = commonDialect, ...endpoint } = parts;
  return sdkModel(endpoint, vendorOf(dialect));
}

function vendorOf(dialect: Dialect): Vendor {
  const { uploadFile } = dialect;
  return {
    headers: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
    quirks: dialect,
    prepare: async (question) => await prepare(dialect, question),
    listModels,
    ...(uploadFile === undefined ? {} : { uploadFile }),
  };
}

async function prepare(dialect: Dialect, { line, request, fetch }: Question): Promise<Prepared> {
  const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
  const { outputLimitField = "max_tokens" } = line.endpoint;
  const change = (body: Body): Body => {
    const { max_tokens, ...rest } = body;
    const renamed = { ...rest, [outputLimitField]: max_tokens };
    return dialect.body?.(renamed, request) ?? renamed;
  };
  const provider = createOpenAICompatible({
    name: line.provider,
    baseURL: line.baseUrl,
    ...(line.apiKey === undefined ? {} : { apiKey: line.apiKey }),
    includeUsage: true,
    supportsStructuredOutputs: dialect.takesSchema ?? true,
    transformRequestBody: change,
    fetch,
  });
  // How hard to think is the dialect's to say: endpoints name it in too many ways.
  const options = { reasoning: "provider-default" as const };
  return { model: provider.chatModel(request.model), options, ignored: dialect.ignored?.(request) ?? [] };
}

async function listModels(line: Line, signal: AbortSignal): Promise<ListedModel[]> {
  const task = `list the models of ${line.provider}`;
  const list = modelList.safeParse(await line.request("/models", { task }, signal)).data;
  if (list === undefined) throw new Fault("model.unavailable", `Cannot ${task}: it sent no list, expected one`);
  return list.data ?? [];
}
