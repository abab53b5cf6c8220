import type { CallToolRequest, CallToolRequestOptions, Client } from "@modelcontextprotocol/client";
import { z } from "zod";
import { orAborted } from "../../../base/abort.ts";
import type { UpstreamConnection, UpstreamRequest, UpstreamTool } from "../../../core/upstreams/upstream.ts";
import { Fault } from "../../../protocol/fault.ts";
import type { Result } from "../../../protocol/result.ts";
import { type Asked, resultOf, unreadable } from "./answer.ts";
import { faultOf, lost } from "./fault-of.ts";
import { endOf, type Link } from "./link.ts";
import { askUser, type Reply } from "./question.ts";
import type { Sdk } from "./sdk.ts";

/** A call's own deadline ends it, and no timer of the library. */
export const noTimeout = 2 ** 31 - 1;

const mostPages = 32;
const mostEntries = 1000;
/** All that a list says stands in memory at once, until it is judged. */
const mostListedCharacters = 16 * 2 ** 20;
/** So often a server may ask before it answers. */
const mostRounds = 16;

const page = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().optional() });
const inputRequired = z.looseObject({
  resultType: z.literal("input_required"),
  inputRequests: z.record(z.string(), z.object({ method: z.string(), params: z.unknown() })).default({}),
  requestState: z.string().optional(),
});

export interface McpConnectionParts {
  sdk: Sdk;
  server: string;
  client: Client;
  link: Link;
  /** Takes the server's secrets out of what it says. */
  clean: <T>(value: T) => T;
}

/** A server that was reached: one client of the official library over one link. */
export class McpConnection implements UpstreamConnection {
  readonly protocol: string;
  readonly ended: Promise<Fault | undefined>;
  readonly #parts: McpConnectionParts;
  readonly #underWay: Set<UpstreamRequest>;

  constructor(parts: McpConnectionParts, underWay: Set<UpstreamRequest>) {
    this.#parts = parts;
    this.#underWay = underWay;
    this.protocol = parts.client.getNegotiatedProtocolVersion() ?? "unknown";
    this.ended = parts.link.ended;
  }

  async list(signal: AbortSignal): Promise<unknown[]> {
    const { client, server, clean } = this.#parts;
    const entries: unknown[] = [];
    if (client.getServerCapabilities()?.tools === undefined) return entries;
    let cursor: string | undefined;
    let characters = 0;
    for (let pages = 0; pages < mostPages && entries.length < mostEntries; pages++) {
      const params = cursor === undefined ? {} : { cursor };
      const asked = client.request({ method: "tools/list", params }, page, { signal, timeout: noTimeout });
      const { tools, nextCursor } = await this.#answered(asked, { server, tool: "list" }, signal);
      entries.push(...clean(tools));
      characters += JSON.stringify(tools).length;
      if (nextCursor === undefined || nextCursor === cursor || characters > mostListedCharacters) break;
      cursor = nextCursor;
    }
    return entries.slice(0, mostEntries);
  }

  async call(request: UpstreamRequest, signal: AbortSignal): Promise<Result> {
    const asked = { server: this.#parts.server, tool: request.tool.name };
    this.#underWay.add(request);
    try {
      let more: Record<string, unknown> = {};
      for (let rounds = 0; rounds <= mostRounds; rounds++) {
        const answer = await this.#send(asked, { request, more }, signal);
        const asks = inputRequired.safeParse(answer);
        if (!asks.success) return resultOf(asked, this.#parts.clean(answer));
        const { inputRequests, requestState } = asks.data;
        const inputResponses = await this.#answer(asked, request, inputRequests);
        more = { inputResponses, ...(requestState !== undefined && { requestState }) };
      }
      throw unreadable(asked, `it asks the user more than ${mostRounds} times`);
    } finally {
      this.#underWay.delete(request);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.link[Symbol.asyncDispose]();
    // The library is told last: it knows of no reason.
    await this.#parts.client.close().catch(() => {});
  }

  async #send(
    asked: Asked,
    { request, more }: { request: UpstreamRequest; more: Record<string, unknown> },
    signal: AbortSignal,
  ): Promise<unknown> {
    const { tool, input, traceparent, onProgress } = request;
    const _meta = traceparent === "" ? {} : { _meta: { traceparent } };
    const params = { name: tool.name, arguments: { ...input }, ..._meta, ...more };
    const options: CallToolRequestOptions = {
      signal,
      timeout: noTimeout,
      allowInputRequired: true,
      toolDefinition: definitionOf(tool),
      onprogress: ({ progress: done, total, message = "" }) =>
        onProgress({ message: this.#parts.clean(message), done, ...(total !== undefined && { total }) }),
    };
    const answered = this.#parts.client.callTool(params as CallToolRequest["params"], options);
    return await this.#answered(answered, asked, signal);
  }

  /** What the server asks of the user, one after the other. */
  async #answer(
    asked: Asked,
    request: UpstreamRequest,
    questions: z.output<typeof inputRequired>["inputRequests"],
  ): Promise<Record<string, Reply>> {
    const replies: Record<string, Reply> = {};
    for (const [key, { method, params }] of Object.entries(questions)) {
      if (method !== "elicitation/create") throw unreadable(asked, `it asks for ${method}, which nobody here gives it`);
      replies[key] = await askUser({ server: asked.server, params: this.#parts.clean(params) }, request);
    }
    return replies;
  }

  /** The answer, or the fault that says why there is none. */
  async #answered<T>(answer: Promise<T>, asked: Asked, signal: AbortSignal): Promise<T> {
    const { sdk, link, clean } = this.#parts;
    try {
      return await orAborted(answer, signal);
    } catch (error) {
      signal.throwIfAborted();
      const fault = faultOf({ sdk, asked }, error);
      if (fault === "closed") throw (await endOf(link)) ?? lost(asked, "its session was ended");
      if (isForgotten(fault)) link.fail(fault);
      throw new Fault(fault.code, clean(fault.message), { facts: fault.facts, retrySafe: fault.retry.safe });
    }
  }
}

/** For the headers that a tool's fields may be mirrored in. */
function definitionOf({ name, inputSchema }: UpstreamTool): NonNullable<CallToolRequestOptions["toolDefinition"]> {
  return { name, inputSchema: { ...inputSchema, type: "object" } };
}

function isForgotten({ code, retry }: Fault): boolean {
  return code === "upstream.lost" && retry.safe;
}
