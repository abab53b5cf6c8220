import { Cancelled, LinkedAbort } from "../../../base/abort.ts";
import type { Endpoint, Model, ModelPart, ModelRequest } from "../../../core/models/model.ts";
import { Fault } from "../../../protocol/fault.ts";
import { type Fetch, Line } from "./line.ts";
import { modelParts, Unfinished } from "./parts.ts";
import { promptOf } from "./prompt.ts";
import type { ChatRequest, Prepared, Vendor } from "./vendor.ts";
import { type Scene, vendorFault } from "./vendor-fault.ts";

/**
 * A vendor's model on its library of the AI SDK, which has no retries of its own. What the vendor cannot do is
 * no method here. Faults: `config.invalid` for an address or key that cannot be used.
 */
export function sdkModel(parts: Endpoint & { fetch?: Fetch }, vendor: Vendor): Model {
  const { fetch, ...endpoint } = parts;
  const { headers, quirks, listModels, countTokens, uploadFile } = vendor;
  const line = new Line({
    endpoint,
    headers,
    ...(quirks === undefined ? {} : { quirks }),
    ...(fetch === undefined ? {} : { fetch }),
  });
  return {
    provider: endpoint.provider,
    answer: (request, signal) => answer({ line, vendor, request }, signal),
    ...(listModels === undefined ? {} : { listModels: async (signal) => await listModels(line, signal) }),
    ...(countTokens === undefined
      ? {}
      : { countTokens: async (request, signal) => await countTokens(line, request, signal) }),
    ...(uploadFile === undefined ? {} : { uploadFile: async (file, signal) => await uploadFile(line, file, signal) }),
  };
}

interface Asked {
  line: Line;
  vendor: Vendor;
  request: ModelRequest;
}

async function* answer({ line, vendor, request }: Asked, signal: AbortSignal): AsyncGenerator<ModelPart> {
  signal.throwIfAborted();
  const scene = line.scene({ model: request.model });
  using link = new LinkedAbort(signal);
  try {
    const fetch: Fetch = async (input, init) => {
      const response = await line.fetch(input, init);
      scene.stage = "opened";
      return response;
    };
    const prepared = await vendor.prepare({ line, request, fetch });
    const chat = chatRequest({ line, request, prepared }, link.signal);
    for await (const part of modelParts(await opened(prepared.model.doStream(chat), scene), {
      quirks: line.quirks,
      ignored: prepared.ignored ?? [],
      tools: request.tools ?? [],
    })) {
      if (part.type !== "end") scene.stage = "answering";
      yield part;
    }
  } catch (failure) {
    signal.throwIfAborted();
    throw failure instanceof Fault ? failure : (vendorFault(failure, scene) ?? failure);
  } finally {
    // A reader that leaves early leaves a socket on which the vendor goes on writing.
    link.abort(new Cancelled("caller"));
  }
}

/** Some libraries look into the answer before they hand it on: what they cannot read is the vendor's fault. */
async function opened<T extends { stream: unknown }>(answering: PromiseLike<T>, scene: Scene): Promise<T["stream"]> {
  try {
    return (await answering).stream;
  } catch (failure) {
    if (scene.stage !== "opened") throw failure;
    throw vendorFault(failure, scene) ?? new Unfinished("no stream", { cause: failure });
  }
}

function chatRequest(
  { line, request, prepared }: { line: Line; request: ModelRequest; prepared: Prepared },
  abortSignal: AbortSignal,
): ChatRequest {
  const { maxOutputTokens, temperature, traceparent, thinking, tools, toolChoice, responseFormat } = request;
  const asked: ChatRequest = { prompt: promptOf(request.messages, line), maxOutputTokens, abortSignal };
  if (temperature !== undefined) asked.temperature = temperature;
  if (traceparent !== undefined) asked.headers = { traceparent };
  if (thinking !== undefined) asked.reasoning = thinking.mode;
  if (tools !== undefined)
    asked.tools = tools.map(({ schema, ...tool }) => ({ type: "function", ...tool, inputSchema: { ...schema } }));
  if (toolChoice !== undefined)
    asked.toolChoice =
      typeof toolChoice === "string" ? { type: toolChoice } : { type: "tool", toolName: toolChoice.tool };
  if (responseFormat !== undefined)
    asked.responseFormat = { type: "json", name: responseFormat.name, schema: { ...responseFormat.schema } };
  if (line.quirks.citations !== undefined || line.quirks.answeredBy !== undefined) asked.includeRawChunks = true;
  return { ...asked, ...prepared.options };
}
