import type {
  CallToolRequestParams,
  CompleteRequestParams,
  GetPromptRequestParams,
  JSONRPCRequest,
  Result,
  ServerContext,
} from "@modelcontextprotocol/server";
import type { BegunCall, Wishing } from "../../../src/gateways/mcp/begun-call.ts";
import type { McpPeer } from "../../../src/gateways/mcp/mcp-peer.ts";
import { McpServers } from "../../../src/gateways/mcp/mcp-servers.ts";
import { askingTools } from "./asking-tools.ts";
import { completed, contentsAt, prompts, resources, templates } from "./contents.ts";
import { jobStarters } from "./jobs.ts";
import { plainTools } from "./plain-tools.ts";

const tools = [...plainTools, ...askingTools, ...jobStarters];

/** What is listed beside the product's own, in the first page. */
const lists: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>> = {
  "tools/list": { tools: tools.map(({ definition }) => definition) },
  "prompts/list": { prompts: prompts.map(({ definition }) => definition) },
  "resources/list": { resources },
  "resources/templates/list": { resourceTemplates: templates },
};

/** How the product answers a request. */
type Own = (request: JSONRPCRequest) => Promise<Result>;

/**
 * The product's servers, with the tools, prompts and resources that the suite calls by name beside their own: what is
 * asked of those is answered here, and all else goes on to the product.
 */
export class ScenarioServers extends McpServers {
  override open(peer: McpPeer): ReturnType<McpServers["open"]> {
    const server = super.open(peer);
    server.registerCapabilities({ logging: {} });
    const own = server.fallbackRequestHandler;
    if (own === undefined) throw new Error("Cannot add to the server: it answers nothing, expected a handler");
    server.fallbackRequestHandler = async (request, context) =>
      await this.#answer(request, context, (theirs) => own(theirs, context));
    return server;
  }

  /** No call stands behind the tools of the suite. */
  override begin(wishing: Wishing): BegunCall | undefined {
    return toolNamed(wishing.params["name"]) === undefined ? super.begin(wishing) : undefined;
  }

  async #answer(request: JSONRPCRequest, context: ServerContext, own: Own): Promise<Result> {
    const { method, params = {} } = request;
    switch (method) {
      case "tools/call": {
        const proceed = (again: CallToolRequestParams) =>
          own({ ...request, params: { ...params, arguments: {}, ...again } });
        const means = { proceed, listsChanged: () => this.toolsChanged() };
        const tool = toolNamed(params["name"]);
        return tool === undefined ? await own(request) : await tool.call(as(params), context, means);
      }
      case "prompts/get": {
        const prompt = prompts.find(({ definition }) => definition.name === params["name"]);
        return prompt === undefined
          ? await own(request)
          : await prompt.get(as<GetPromptRequestParams>(params), context);
      }
      case "resources/read":
        return contentsAt(String(params["uri"])) ?? (await own(request));
      case "completion/complete":
        return completed(as<CompleteRequestParams>(params)) ?? (await own(request));
      default:
        return params["cursor"] === undefined ? withLists(await own(request), lists[method]) : await own(request);
    }
  }
}

function toolNamed(name: unknown) {
  return tools.find(({ definition }) => definition.name === name);
}

function as<Params = CallToolRequestParams>(params: object): Params {
  return params as Params;
}

function withLists(result: Result, more: (typeof lists)[string] = {}): Result {
  const whole = Object.entries(more).map(([name, added]) => [name, [...(result[name] as unknown[]), ...added]]);
  return { ...result, ...Object.fromEntries(whole) };
}
