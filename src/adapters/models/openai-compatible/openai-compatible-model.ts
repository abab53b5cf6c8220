import { z } from "zod";
import { Cancelled, LinkedAbort } from "../../../base/abort.ts";
import type { Endpoint, ListedModel, Message, Model, ModelEnd, ModelPart, ModelRequest } from "../../../core/models/model.ts";
import { Fault } from "../../../protocol/fault.ts";
import { parsedJson } from "./parsed-json.ts";
import { redaction } from "./redaction.ts";
import { readAnswer, type Scene, statusFault, vendorFault } from "./vendor-fault.ts";

type Library = typeof import("@ai-sdk/openai-compatible");
type ChatModel = ReturnType<ReturnType<Library["createOpenAICompatible"]>["chatModel"]>;
type ChatRequest = Parameters<ChatModel["doStream"]>[0];
type ChatPart = Awaited<ReturnType<ChatModel["doStream"]>>["stream"] extends ReadableStream<infer T> ? T : never;
type Fetch = typeof globalThis.fetch;

const modelList = z.object({ data: z.array(z.object({ id: z.string() })) });
/** A part of the address so long may be a secret of its own. */
const secretLength = 16;

/**
 * A model at any endpoint that speaks the chat-completions protocol, on the vendor layer of the AI SDK, which
 * has no retries of its own. The library is loaded with the first question. Faults: `config.invalid` for an
 * address or key that cannot be used.
 */
export function openaiCompatibleModel(parts: Endpoint & { fetch?: Fetch }): Model {
  return new OpenaiCompatibleModel(parts);
}

class OpenaiCompatibleModel implements Model {
  readonly provider: string;
  readonly #endpoint: Endpoint;
  readonly #scene: Pick<Scene, "provider" | "host" | "hide">;
  readonly #fetch: Fetch;

  constructor(parts: Endpoint & { fetch?: Fetch }) {
    const url = checkedAddress(parts);
    this.provider = parts.provider;
    this.#endpoint = { ...parts, baseUrl: url.href };
    const secrets = [parts.apiKey ?? "", ...url.pathname.split("/").filter((name) => name.length >= secretLength)];
    this.#scene = { provider: parts.provider, host: url.host, hide: redaction(secrets) };
    const send = parts.fetch ?? globalThis.fetch;
    // A redirect would carry the prompt to a host that nobody named.
    this.#fetch = (input, init) => send(input, { ...init, redirect: "manual" });
  }

  async *answer(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelPart> {
    signal.throwIfAborted();
    const scene: Scene = { ...this.#scene, model: request.model, stage: "asking" };
    using link = new LinkedAbort(signal);
    try {
      const chat = await this.#chat(request.model);
      const { stream } = await chat.doStream(chatRequest(request, link.signal));
      scene.stage = "opened";
      for await (const part of modelParts(stream)) {
        if (part.type !== "end") scene.stage = "answering";
        yield part;
      }
    } catch (failure) {
      signal.throwIfAborted();
      throw vendorFault(failure, scene) ?? failure;
    } finally {
      // A reader that leaves early leaves a socket on which the vendor goes on writing.
      link.abort(new Cancelled("caller"));
    }
  }

  async listModels(signal: AbortSignal): Promise<ListedModel[]> {
    const scene: Scene = { ...this.#scene, stage: "asking" };
    try {
      const response = await this.#fetch(`${this.#endpoint.baseUrl}/models`, {
        headers: this.#authorization(),
        signal,
      });
      scene.stage = "opened";
      const body = await response.text();
      if (!response.ok)
        throw statusFault(readAnswer(response.status, Object.fromEntries(response.headers), body), scene);
      const list = modelList.safeParse(parsedJson(body)).data;
      if (list === undefined)
        throw new Fault("model.unavailable", `Cannot list the models of ${this.provider}: it sent no list`);
      return list.data.map(({ id }) => ({ model: id }));
    } catch (failure) {
      signal.throwIfAborted();
      throw failure instanceof Fault ? failure : (vendorFault(failure, scene) ?? failure);
    }
  }

  async #chat(model: string): Promise<ChatModel> {
    const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
    const { provider, baseUrl, outputLimitField = "max_tokens" } = this.#endpoint;
    const rename = ({ max_tokens, ...body }: Record<string, unknown>) => ({ ...body, [outputLimitField]: max_tokens });
    return createOpenAICompatible({
      name: provider,
      baseURL: baseUrl,
      headers: this.#authorization(),
      includeUsage: true,
      transformRequestBody: rename,
      fetch: this.#fetch,
    }).chatModel(model);
  }

  #authorization(): Record<string, string> {
    const { apiKey } = this.#endpoint;
    return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  }
}

/** Faults say neither the address nor the key: either may hold a secret. */
function checkedAddress({ provider, baseUrl, apiKey }: Endpoint): URL {
  const url = URL.parse(baseUrl.replace(/\/+$/, ""));
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new Fault(
      "config.invalid",
      `Cannot use the address of ${provider}: it is no URL, expected https://host/path`,
    );
  if (`${url.username}${url.password}${url.search}` !== "")
    throw new Fault(
      "config.invalid",
      `Cannot use the address of ${provider}: it carries credentials or a query, expected https://host/path and the key apart`,
    );
  if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey))
    throw new Fault(
      "config.invalid",
      `Cannot use the key of ${provider}: it holds spaces or is empty, expected the bare key`,
    );
  return url;
}

function chatRequest(request: ModelRequest, abortSignal: AbortSignal): ChatRequest {
  const { messages, maxOutputTokens, temperature, traceparent } = request;
  return {
    prompt: messages.map(promptMessage),
    maxOutputTokens,
    abortSignal,
    ...(temperature === undefined ? {} : { temperature }),
    ...(traceparent === undefined ? {} : { headers: { traceparent } }),
  };
}

function promptMessage({ role, text }: Message): ChatRequest["prompt"][number] {
  if (role === "system") return { role, content: text };
  if (role === "tool") throw new Error("Cannot answer a tool call here");
  return { role, content: [{ type: "text", text }] };
}

/** Throws what the stream reports as an error, so that a failure has one way out. */
async function* modelParts(stream: AsyncIterable<ChatPart>): AsyncGenerator<ModelPart> {
  let model: string | undefined;
  for await (const part of stream) {
    if (part.type === "text-delta") yield { type: "text", text: part.delta };
    else if (part.type === "reasoning-delta") yield { type: "reasoning", text: part.delta };
    else if (part.type === "response-metadata") model = part.modelId;
    else if (part.type === "error") throw part.error;
    else if (part.type === "finish") yield endOf(part, model);
  }
}

function endOf({ finishReason, usage }: Extract<ChatPart, { type: "finish" }>, model: string | undefined): ModelEnd {
  const { unified } = finishReason;
  const reason = unified === "stop" || unified === "length" ? unified : "other";
  const counted = { inputTokens: tokens(usage.inputTokens.total), outputTokens: tokens(usage.outputTokens.total) };
  // An endpoint that says nothing of its usage is read by the library as one that says zero.
  const known = counted.inputTokens + counted.outputTokens > 0;
  return { type: "end", reason, ...(known ? { usage: counted } : {}), ...(model === undefined ? {} : { model }) };
}

/** Vendors' counts are charged, so that one below zero would be a gift. */
function tokens(count: number | undefined): number {
  return Math.max(0, Math.ceil(count ?? 0));
}
