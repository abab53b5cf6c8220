import type { CallToolRequest, CallToolRequestOptions, Client } from "@modelcontextprotocol/client";
import { z } from "zod";
import { orAborted } from "../../../base/abort.ts";
import type {
  Listed,
  Reading,
  UpstreamConnection,
  UpstreamRequest,
  UpstreamTool,
  Watching,
} from "../../../core/upstreams/upstream.ts";
import { Fault } from "../../../protocol/fault.ts";
import type { Result } from "../../../protocol/result.ts";
import { type Asked, failed, resultOf, unreadable } from "./answer.ts";
import { faultOf, lost } from "./fault-of.ts";
import { endOf, type Link } from "./link.ts";
import { allPages, listedBy } from "./listing.ts";
import { askUser, type Reply } from "./question.ts";
import { nameOf, readingRequest } from "./reading.ts";
import type { Sdk } from "./sdk.ts";
import { Updates } from "./updates.ts";

/** A call's own deadline ends it, and no timer of the library. */
export const noTimeout = 2 ** 31 - 1;

/** So often a server may ask before it answers. */
const mostRounds = 16;

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
  readonly has: ReadonlySet<Listed>;
  readonly #parts: McpConnectionParts;
  readonly #underWay: Set<UpstreamRequest>;
  readonly #updates: Updates;

  constructor(parts: McpConnectionParts, underWay: Set<UpstreamRequest>) {
    this.#parts = parts;
    this.#underWay = underWay;
    this.protocol = parts.client.getNegotiatedProtocolVersion() ?? "unknown";
    this.ended = parts.link.ended;
    this.has = listedBy(parts.client);
    this.#updates = new Updates({ client: parts.client, timeoutMs: noTimeout });
  }

  async list(what: Listed, signal: AbortSignal): Promise<unknown[]> {
    const { client, server, clean } = this.#parts;
    if (!this.has.has(what)) return [];
    return await allPages(what, async ({ method, params, page }) => {
      const asked = client.request({ method, params }, page, { signal, timeout: noTimeout });
      return clean(await this.#answered(asked, { server, tool: "list" }, signal));
    });
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

  async read(reading: Reading, signal: AbortSignal): Promise<unknown> {
    const { client, server, clean } = this.#parts;
    if (reading.kind === "completion" && client.getServerCapabilities()?.completions === undefined) return {};
    const { method, params, answer } = readingRequest(reading);
    const asked = { server, tool: nameOf(reading) };
    const options = { signal, timeout: noTimeout, allowInputRequired: true };
    const told = await this.#answered(client.request({ method, params }, answer, options), asked, signal);
    if (inputRequired.safeParse(told).success) throw failed(asked, "it would have to ask the user first");
    return clean(told);
  }

  async watch(uri: string, onUpdated: () => void, signal: AbortSignal): Promise<Watching | undefined> {
    const { client, server } = this.#parts;
    if (client.getServerCapabilities()?.resources?.subscribe !== true) return undefined;
    const watching = this.#updates.watch(uri, onUpdated, signal);
    return await this.#answered(watching, { server, tool: uri }, signal);
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
