import {
  type JSONRPCRequest,
  type Result,
  Server,
  type ServerContext,
  type ServerEvent,
  type Transport,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { answer } from "./handlers.ts";
import type { House } from "./house.ts";
import type { McpPeer } from "./mcp-peer.ts";
import { ResourceWatches } from "./resources/resource-watches.ts";

const anyParams = z.looseObject({});
/** Names of the tasks extension that the SDK lets through only where they have a handler with a schema of their own. */
const extensionMethods = ["tasks/get", "tasks/cancel"];

const lists = {
  tools_list_changed: "tools",
  prompts_list_changed: "prompts",
  resources_list_changed: "resources",
} as const;

/**
 * A protocol server for one peer. The handlers of all methods stand in one table outside of it, so that it costs
 * little more than its object: there is one per exchange of 2026-07-28, and thousands of sessions may be idle.
 */
export class PeerServer extends Server {
  readonly #place: { house: House; peer: McpPeer };
  #watches: ResourceWatches | undefined;
  #changes: Disposable | undefined;
  #isClosed = false;

  constructor(house: House, peer: McpPeer) {
    super(house.info, house.options);
    this.#place = { house, peer };
    const place = { house, peer, server: this };
    const handle = (request: JSONRPCRequest, context: ServerContext): Promise<Result> =>
      answer(place, request, context);
    this.fallbackRequestHandler = handle;
    for (const method of extensionMethods)
      this.setRequestHandler(method, { params: anyParams }, (params, context) =>
        handle({ jsonrpc: "2.0", id: context.mcpReq.id, method, params }, context),
      );
  }

  /** What the session wants to be told of; it ends with the connection. */
  get watches(): ResourceWatches {
    this.#watches ??= new ResourceWatches();
    if (this.#isClosed) this.#watches[Symbol.dispose]();
    return this.#watches;
  }

  /** Whether it keeps what a server that is made anew would not know. */
  get isWatching(): boolean {
    return this.#watches !== undefined && this.#watches.size > 0;
  }

  override async connect(transport: Transport): Promise<void> {
    await super.connect(transport);
    const { house, peer } = this.#place;
    if (peer.lists === "told")
      this.#changes = house.subscriptions.onChange(peer.caller.principal, (event) => this.#tell(event));
  }

  protected override _onclose(): void {
    this.#isClosed = true;
    this.#watches?.[Symbol.dispose]();
    this.#changes?.[Symbol.dispose]();
    super._onclose();
  }

  /** Nobody is told anything before its handshake. */
  #tell({ kind }: ServerEvent): void {
    const isMet = this._negotiatedProtocolVersion !== undefined;
    if (!isMet || kind === "resource_updated") return;
    const method = `notifications/${lists[kind]}/list_changed` as const;
    // A peer that has gone meanwhile needs no word.
    this.notification({ method }).catch(() => {});
  }
}
