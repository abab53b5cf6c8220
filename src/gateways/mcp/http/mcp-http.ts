import {
  classifyInboundRequest,
  type InboundModernRoute,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type MessageClassification,
} from "@modelcontextprotocol/server";
import { Cancelled, orAborted, stoppedBy } from "../../../base/abort.ts";
import type { Clock } from "../../../base/clock.ts";
import type { Rates } from "../../../core/admission/rates.ts";
import type { Presences } from "../../../core/calls/presence.ts";
import type { Reports } from "../../../core/operations/refusal.ts";
import { type Begun, traceIn } from "../begun-call.ts";
import { type Changes, Listening, subscriptionFilter, type Told } from "../listening.ts";
import type { McpPeer } from "../mcp-peer.ts";
import { McpServers } from "../mcp-servers.ts";
import { modernVersions } from "../server-options.ts";
import { EventStream, readsEvents } from "./event-stream.ts";
import type { McpExchange } from "./mcp-exchange.ts";
import type { Servers } from "./mcp-session.ts";
import { McpSessions, type SessionDoors } from "./mcp-sessions.ts";
import { type Introduced, PlainExchanges } from "./plain-exchange.ts";
import { isPlainRequest } from "./plain-request.ts";
import { idOf, sendMessage, sendRpcError, sendTaken } from "./rpc-answer.ts";
import { SessionRoutes } from "./session-routes.ts";
import { SingleExchange } from "./single-exchange.ts";
import { headerFault, type StandardHeaders, standardHeaders } from "./standard-headers.ts";

export interface McpHttpParts {
  servers: Changes & Servers;
  doors: SessionDoors;
  reports: Reports;
  presences: Pick<Presences, "arrive">;
  rates: Pick<Rates, "connection">;
  clock: Clock;
  settings: { epoch: string; version: string; sessionTtlMs: number };
}

/** A request with all that its server object is to know of it. */
interface Exchanged {
  message: JSONRPCRequest;
  classification: MessageClassification;
  begun?: Begun | undefined;
}

const plainClass: MessageClassification = { era: "modern", revision: "2026-07-28" };

/** Listen streams open at once, of everybody. */
const maxListening = 1024;

/**
 * MCP over HTTP for both eras under one path: requests of 2026-07-28 stand alone, those of the revisions before
 * belong to sessions. What a request is, its body says; headers that disagree are refused.
 */
export class McpHttp implements AsyncDisposable {
  readonly #parts: McpHttpParts;
  readonly #sessions: McpSessions;
  readonly #routes: SessionRoutes;
  readonly #plain = new PlainExchanges();
  #listening = 0;

  constructor(parts: McpHttpParts) {
    this.#parts = parts;
    this.#sessions = new McpSessions({ ...parts, ...parts.settings });
    this.#routes = new SessionRoutes({ ...parts, sessions: this.#sessions, changes: parts.servers });
  }

  /** Sessions whose servers are in memory. */
  get heldSessions(): number {
    return this.#sessions.held;
  }

  /** Answers one exchange, wholly: resolves when nothing more is written. `body` is the JSON object of a POST. */
  serve(exchange: McpExchange, body?: Readonly<Record<string, unknown>>): Promise<void> {
    const { request } = exchange;
    if (body === undefined) return this.#routes.serveStream(exchange);
    if (isPlainRequest(body, request.headers["mcp-protocol-version"])) return this.#routes.servePosted(exchange, body);
    const headers = standardHeaders(request);
    const introduced = this.#plain.callerOf(body, headers);
    if (introduced !== undefined) return this.#answerCall(exchange, body as unknown as JSONRPCRequest, introduced);
    return this.#classify(exchange, body, headers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sessions[Symbol.asyncDispose]();
  }

  async #classify(exchange: McpExchange, body: Readonly<Record<string, unknown>>, headers: StandardHeaders) {
    const { response } = exchange;
    const route = classifyInboundRequest({ httpMethod: "POST", ...headers, body });
    if (route.kind === "reject") sendRpcError(response, { ...route, status: route.httpStatus }, idOf(body));
    // The classification has seen that it is one.
    else if (route.kind === "legacy") await this.#routes.servePosted(exchange, body as unknown as JSONRPCMessage);
    else await this.#serveModern(exchange, route);
  }

  async #serveModern(exchange: McpExchange, route: InboundModernRoute): Promise<void> {
    const { response, request } = exchange;
    const { message, classification } = route;
    const id = "id" in message ? message.id : null;
    const version = classification.revision ?? "unknown";
    if (!modernVersions.includes(version)) {
      const data = { supported: modernVersions, requested: version };
      const told = `Cannot serve protocol version ${version.slice(0, 64)}, expected one of the supported`;
      sendRpcError(response, { status: 400, code: -32022, message: told, data }, id);
    } else if (route.messageKind === "notification") {
      // Nothing stands between two exchanges that it could be about.
      sendTaken(response);
    } else {
      const fault = headerFault(standardHeaders(request), route);
      if (fault !== undefined) {
        sendRpcError(response, fault, id);
        return;
      }
      this.#plain.learn(route);
      await this.#answer(exchange, route.message as JSONRPCRequest, route);
    }
  }

  async #answer(exchange: McpExchange, message: JSONRPCRequest, route: InboundModernRoute): Promise<void> {
    if (!McpServers.methods.has(message.method)) {
      const error = { status: 404, code: -32601, message: "Method not found" };
      sendRpcError(exchange.response, error, message.id);
      return;
    }
    using _connection = this.#parts.rates.connection(exchange.caller);
    if (message.method === "subscriptions/listen") await this.#listen(exchange, message);
    else await this.#exchange(exchange, { message, classification: route.classification });
  }

  /** A plain call of a tool: most are over as soon as they are accepted, and need no server object. */
  async #answerCall(exchange: McpExchange, message: JSONRPCRequest, { name, takes }: Introduced): Promise<void> {
    const { caller, response } = exchange;
    using _connection = this.#parts.rates.connection(caller);
    const { params = {}, id } = message;
    const begun = this.#parts.servers.begin({
      caller,
      params,
      era: "modern",
      takes,
      ...traceIn(params),
      get signal() {
        return exchange.signal;
      },
    });
    const result = await begun?.answer(name);
    if (result === undefined && isLeft(exchange.signal)) await begun?.cancel();
    exchange.throwIfOver();
    if (result !== undefined) sendMessage(response, 200, { jsonrpc: "2.0", id, result });
    else await this.#exchange(exchange, { message, classification: plainClass, begun });
  }

  async #exchange(exchange: McpExchange, { message, classification, begun }: Exchanged): Promise<void> {
    const { response, request, caller, signal } = exchange;
    const { servers, clock } = this.#parts;
    const reads = readsEvents(request.headers.accept) ? "events" : "json";
    const transport = new SingleExchange({ classification, message, response, reads, clock });
    const server = servers.open({ caller, closing: "cancels", begun: () => begun?.started });
    await server.connect(transport);
    // A client that goes away cancels; that its token ended, or the daemon stops, is no wish of the client's.
    const gone = () => {
      if (isLeft(signal)) void transport.close();
      else transport.mute();
    };
    signal.addEventListener("abort", gone, { once: true });
    await transport.serve();
    signal.removeEventListener("abort", gone);
    signal.throwIfAborted();
    await transport.close();
  }

  async #listen(exchange: McpExchange, message: JSONRPCRequest): Promise<void> {
    const { response, caller, signal } = exchange;
    const { servers, clock, settings } = this.#parts;
    const filter = subscriptionFilter.safeParse(message.params?.["notifications"]);
    const refuse = (code: number, told: string) =>
      sendMessage(response, 200, { jsonrpc: "2.0", id: message.id, error: { code, message: told } });
    if (this.#listening >= maxListening) {
      refuse(-32603, `Cannot listen: ${maxListening} streams are open, expected fewer`);
      return;
    }
    if (!filter.success) {
      refuse(-32602, "Cannot listen: `notifications` does not fit, expected a filter");
      return;
    }
    const peer: McpPeer = { caller };
    const capabilities = servers.open(peer).getCapabilities();
    const server = { name: "exai", version: settings.version };
    using listening = new Listening({
      message,
      filter: filter.data,
      changes: servers,
      peer,
      capabilities,
      server,
      told: toldBy(new EventStream({ response, clock })),
    });
    this.#listening += 1;
    try {
      if ((await listening.begin()) === "listening") await orAborted(new Promise<never>(() => {}), signal);
    } finally {
      if (stoppedBy(signal) === "shutdown") listening.end();
      this.#listening -= 1;
    }
  }
}

/** Whether it was the client that went. */
function isLeft({ reason }: AbortSignal): boolean {
  return reason instanceof Cancelled && reason.by === "caller";
}

function toldBy(stream: EventStream): Told {
  return {
    send: (message) => stream.send({ data: JSON.stringify(message) }),
    end: (message) => stream.end({ data: JSON.stringify(message) }),
    [Symbol.dispose]: () => stream[Symbol.dispose](),
  };
}
