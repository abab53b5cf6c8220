import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type JSONRPCRequest,
  type Result,
  Server,
  type ServerContext,
  type ServerEvent,
  SUPPORTED_PROTOCOL_VERSIONS,
} from "@modelcontextprotocol/server";
import { Cancelled } from "../../src/base/abort.ts";
import { Presences } from "../../src/core/calls/presence.ts";
import { McpHttp, type McpHttpParts } from "../../src/gateways/mcp/http/mcp-http.ts";
import type { McpPeer } from "../../src/gateways/mcp/mcp-peer.ts";
import { Fault } from "../../src/protocol/fault.ts";
import type { CallId } from "../../src/protocol/ids.ts";
import { someone } from "./core.ts";
import { KnownDoors } from "./known-doors.ts";
import { ManualClock } from "./manual-clock.ts";

/** A request that a server of the rig has got, for the test to answer. */
export interface Held {
  request: JSONRPCRequest;
  context: ServerContext;
  peer: McpPeer;
  answer: (result: Result) => void;
}

/** Servers that hold each `tools/call` until the test answers it. */
class HoldingServers {
  readonly held: Held[] = [];
  opened = 0;
  /** Those that are not closed yet. */
  live = 0;
  readonly listeners = new Set<(event: ServerEvent) => void>();
  readonly #waiting: ((held: Held) => void)[] = [];

  open(peer: McpPeer): Server {
    this.opened += 1;
    this.live += 1;
    const server = new Server(
      { name: "rig", version: "0" },
      {
        capabilities: { tools: { listChanged: true }, resources: { subscribe: true } },
        supportedProtocolVersions: [...SUPPORTED_PROTOCOL_VERSIONS, "2026-07-28"],
      },
    );
    server.onclose = () => {
      this.live -= 1;
    };
    server.fallbackRequestHandler = async (request, context) => {
      if (request.method === "tools/list") return { tools: [] };
      const { promise, resolve } = Promise.withResolvers<Result>();
      const held = { request, context, peer, answer: resolve };
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.held.push(held);
      else waiting(held);
      return await promise;
    };
    return server;
  }

  /** Every request is for a server to hold. */
  begin(): undefined {
    return undefined;
  }

  /** The next request that a server holds. */
  async next(): Promise<Held> {
    const held = this.held.shift();
    if (held !== undefined) return held;
    const { promise, resolve } = Promise.withResolvers<Held>();
    this.#waiting.push(resolve);
    return await promise;
  }

  onChange(_peer: McpPeer, listener: (event: ServerEvent) => void): Disposable {
    this.listeners.add(listener);
    return { [Symbol.dispose]: () => void this.listeners.delete(listener) };
  }

  async watch(_peer: McpPeer, uri: string, _onUpdated: () => void): Promise<Disposable | undefined> {
    return uri.startsWith("own://") ? { [Symbol.dispose]: () => {} } : undefined;
  }
}

export interface Sending {
  who?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

type ServedBy = McpHttpParts["servers"];

/** MCP over HTTP on a real socket, with servers that do what the test says. `who` names the caller. */
export class McpHttpRig implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly servers = new HoldingServers();
  readonly doors = new KnownDoors(this);
  readonly presences = new Presences({ clock: this.clock, graceMs: 60_000 });
  connections = 0;
  /** What was refused, or failed where nobody waited for it. */
  readonly faults: string[] = [];
  /** The running call whose credential everybody shows. */
  call: CallId | undefined;
  /** Responses that are over, one way or the other. */
  closed = 0;
  maxConnections = Number.POSITIVE_INFINITY;
  readonly stopping = new AbortController();
  readonly #served: ServedBy;
  mcp: McpHttp;
  readonly #http = createServer((request, response) => void this.#serve(request, response));

  private constructor(served?: ServedBy) {
    this.#served = served ?? this.servers;
    this.mcp = this.#make();
  }

  /** With servers of the test's own, or those that hold what they are asked. */
  static async open(served?: ServedBy): Promise<McpHttpRig> {
    const rig = new McpHttpRig(served);
    await once(rig.#http.listen(0, "127.0.0.1"), "listening");
    return rig;
  }

  /** As a restart of the daemon does: nothing is left but the rows. */
  async restart(): Promise<void> {
    await this.mcp[Symbol.asyncDispose]();
    this.mcp = this.#make();
  }

  /** A request under way; destroying it is a client that goes away. */
  send({ who = "ada", method = "POST", headers = {}, body }: Sending) {
    const { port } = this.#http.address() as AddressInfo;
    const told = { who, accept: "application/json, text/event-stream", ...headers };
    return httpRequest({ port, host: "127.0.0.1", path: "/mcp", method, agent: false, headers: told })
      .on("error", () => {})
      .end(body === undefined ? undefined : JSON.stringify(body));
  }

  async begin(sending: Sending): Promise<IncomingMessage> {
    const [response] = await once(this.send(sending), "response");
    return response;
  }

  async ask(sending: Sending) {
    const response = await this.begin(sending);
    const text = Buffer.concat(await response.toArray()).toString();
    const isJson = response.headers["content-type"] === "application/json";
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    };
  }

  /** Opens a session; answers what its requests carry. */
  async session(
    who = "ada",
    protocolVersion = "2025-11-25",
  ): Promise<{ who: string; headers: Record<string, string> }> {
    const params = { protocolVersion, capabilities: {}, clientInfo: { name: "rig", version: "1" } };
    const { headers } = await this.ask({ who, body: { jsonrpc: "2.0", id: "i", method: "initialize", params } });
    const id = String(headers["mcp-session-id"]);
    return { who, headers: { "mcp-session-id": id, "mcp-protocol-version": protocolVersion } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.mcp[Symbol.asyncDispose]();
    this.presences[Symbol.dispose]();
    this.doors[Symbol.dispose]();
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, "close");
  }

  #make(): McpHttp {
    return new McpHttp({
      servers: this.#served,
      doors: this.doors,
      reports: { fault: (code) => void this.faults.push(code), bug: () => {} },
      presences: this.presences,
      clock: this.clock,
      rates: { connection: () => this.#connect() },
      settings: { epoch: "e1", version: "0", sessionTtlMs: 3_600_000 },
    });
  }

  #connect(): Disposable {
    if (this.connections >= this.maxConnections) throw new Fault("session.limit", "Cannot open another connection");
    this.connections += 1;
    return {
      [Symbol.dispose]: () => {
        this.connections -= 1;
      },
    };
  }

  async #serve(request: IncomingMessage, response: Parameters<McpHttp["serve"]>[0]["response"]): Promise<void> {
    const gone = new AbortController();
    response.once("close", () => {
      this.closed += 1;
      gone.abort(new Cancelled("caller"));
    });
    const text = Buffer.concat(await request.toArray()).toString();
    const signal = AbortSignal.any([gone.signal, this.stopping.signal]);
    const caller = { ...someone(String(request.headers["who"])), ...(this.call !== undefined && { call: this.call }) };
    const throwIfOver = () => signal.throwIfAborted();
    try {
      const body = text === "" ? undefined : JSON.parse(text);
      await this.mcp.serve({ request, response, caller, signal, throwIfOver }, body);
    } catch (error) {
      if (error instanceof Fault && !response.headersSent) response.writeHead(error.http).end();
      else response.end();
    }
  }
}

/** Tells that the call of a held request has begun, as the product's servers do. */
export function began({ peer, request, context }: Held, call: string): void {
  peer.started?.(context.mcpReq.id ?? request.id, call as CallId);
}

/** A request of the era without sessions, with the headers that it must have. */
export function modern(
  method: string,
  params: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Sending {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "rig", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
    ...(params["_meta"] as object),
  };
  const name = typeof params["name"] === "string" ? { "mcp-name": params["name"] } : {};
  return {
    headers: { "mcp-protocol-version": "2026-07-28", "mcp-method": method, ...name, ...headers },
    body: { jsonrpc: "2.0", id: 1, method, params: { ...params, _meta } },
  };
}
