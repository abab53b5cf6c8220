import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type ClientCapabilities,
  type Implementation,
  type JSONRPCRequest,
  type Server,
  type ServerContext,
  TRACEPARENT_META_KEY,
} from "@modelcontextprotocol/server";
import { newTraceparent, parseTraceparent } from "../../base/traceparent.ts";
import type { Request } from "../../core/operations/operations.ts";
import type { House } from "./house.ts";
import type { McpPeer } from "./mcp-peer.ts";
import type { ResourceWatches } from "./resources/resource-watches.ts";
import { type ClientLimits, limitsOf } from "./settings.ts";

/** A server that knows what its peer wants to be told of. */
export type WatchingServer = Server & { readonly watches: ResourceWatches };

/** One request of a peer, of either era. */
export class Asked implements Request {
  readonly house: House;
  readonly peer: McpPeer;
  readonly server: WatchingServer;
  readonly context: ServerContext;
  readonly params: Readonly<Record<string, unknown>>;
  /** Revisions before 2026-07-28 are `legacy`: a handshake, and requests in both directions. */
  readonly era: "legacy" | "modern";
  #traceparent: string | undefined;

  constructor(
    place: { house: House; peer: McpPeer; server: WatchingServer },
    request: JSONRPCRequest,
    context: ServerContext,
  ) {
    this.house = place.house;
    this.peer = place.peer;
    this.server = place.server;
    this.context = context;
    this.params = request.params ?? {};
    this.era = context.mcpReq.envelope === undefined ? "legacy" : "modern";
  }

  get caller(): McpPeer["caller"] {
    return this.peer.caller;
  }

  get signal(): AbortSignal {
    return this.context.mcpReq.signal;
  }

  /** The client's, or the start of a trace of our own. */
  get traceparent(): string {
    const given = this.context.mcpReq._meta?.[TRACEPARENT_META_KEY];
    this.#traceparent ??= typeof given === "string" && parseTraceparent(given) ? given : newTraceparent();
    return this.#traceparent;
  }

  /** What the client can do, as it said for this request or in its handshake. */
  get capabilities(): ClientCapabilities {
    const { envelope } = this.context.mcpReq;
    const said = envelope === undefined ? this.server.getClientCapabilities() : ofEnvelope(envelope).capabilities;
    return said ?? {};
  }

  /** How the client's program calls itself; empty where it does not say. */
  get client(): string {
    const { envelope } = this.context.mcpReq;
    const said = envelope === undefined ? this.server.getClientVersion() : ofEnvelope(envelope).info;
    return said?.name ?? "";
  }

  /** Of the client that sent this request: over stateless HTTP each may be another's. */
  get limits(): ClientLimits {
    return limitsOf(this.house.settings, this.client);
  }
}

/** The protocol layer has checked it before any handler runs. */
function ofEnvelope(envelope: object): { capabilities?: ClientCapabilities; info?: Implementation } {
  const said = envelope as {
    [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities;
    [CLIENT_INFO_META_KEY]?: Implementation;
  };
  const { [CLIENT_CAPABILITIES_META_KEY]: capabilities, [CLIENT_INFO_META_KEY]: info } = said;
  return { ...(capabilities && { capabilities }), ...(info && { info }) };
}
