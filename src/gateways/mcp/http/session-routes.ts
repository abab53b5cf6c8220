import {
  type InitializeRequest,
  type JSONRPCMessage,
  type JSONRPCRequest,
  SUPPORTED_PROTOCOL_VERSIONS,
} from "@modelcontextprotocol/server";
import type { Clock } from "../../../base/clock.ts";
import type { Rates } from "../../../core/admission/rates.ts";
import type { Presences } from "../../../core/calls/presence.ts";
import { readsEvents } from "./event-stream.ts";
import type { McpExchange } from "./mcp-exchange.ts";
import type { McpSession } from "./mcp-session.ts";
import type { McpSessions } from "./mcp-sessions.ts";
import { idOf, type RpcError, sendRpcError, sendTaken } from "./rpc-answer.ts";
import { type StandaloneParts, StandaloneStream } from "./standalone-stream.ts";
import { cursorOf, standalone } from "./stream-cursor.ts";

export interface SessionRouteParts {
  sessions: McpSessions;
  changes: StandaloneParts["changes"];
  presences: Pick<Presences, "arrive">;
  rates: Pick<Rates, "connection">;
  clock: Clock;
  settings: { epoch: string };
}

/** Names that only the daemon itself may ask for. */
const ownPrefix = "exai/";

/** POST, GET and DELETE of a session of 2025-11-25 or older. */
export class SessionRoutes {
  readonly #parts: SessionRouteParts;

  constructor(parts: SessionRouteParts) {
    this.#parts = parts;
  }

  /** A message of the client's: opens a session, or belongs to one. */
  async servePosted(exchange: McpExchange, message: JSONRPCMessage): Promise<void> {
    const fault = postFault(exchange, message);
    if (fault !== undefined) {
      sendRpcError(exchange.response, fault, idOf({ ...message }));
      return;
    }
    if (isInitialize(message)) {
      using _connection = this.#parts.rates.connection(exchange.caller);
      await this.#parts.sessions.open(exchange, message);
      return;
    }
    const session = await this.#sessionOf(exchange, message);
    if (session === undefined) return;
    using _here = this.#parts.presences.arrive(session.caller);
    if (!isRequest(message)) {
      session.take(message);
      sendTaken(exchange.response);
      return;
    }
    using _connection = this.#parts.rates.connection(exchange.caller);
    await session.answer(exchange, message);
  }

  /** GET begins a stream or goes on with one; DELETE ends the session. */
  async serveStream(exchange: McpExchange): Promise<void> {
    const { request, response } = exchange;
    const session = await this.#sessionOf(exchange);
    if (session === undefined) return;
    if (request.method === "DELETE") {
      await this.#parts.sessions.end(session);
      response.writeHead(204).end();
    } else if (!readsEvents(request.headers.accept ?? "")) {
      sendRpcError(response, notAcceptable, null);
    } else {
      using _here = this.#parts.presences.arrive(session.caller);
      using _connection = this.#parts.rates.connection(exchange.caller);
      using _seen = this.#parts.sessions.keepSeen(session);
      await this.#stream(exchange, session);
    }
  }

  async #stream(exchange: McpExchange, session: McpSession): Promise<void> {
    const { epoch } = this.#parts.settings;
    const last = exchange.request.headers["last-event-id"];
    const cursor = typeof last === "string" ? cursorOf(epoch, last) : undefined;
    if (last !== undefined && cursor === undefined) {
      sendRpcError(exchange.response, unknownPosition, null);
      return;
    }
    if (cursor !== undefined && cursor !== standalone) {
      await session.resume(exchange, cursor);
      return;
    }
    const stream = new StandaloneStream({ ...this.#parts, response: exchange.response, epoch, session });
    await stream.run(cursor === standalone ? "resumed" : "new", exchange.signal);
  }

  /** Answers the refusal itself where there is none: another's session is as unknown as what is none. */
  async #sessionOf(exchange: McpExchange, message?: JSONRPCMessage): Promise<McpSession | undefined> {
    const id = exchange.request.headers["mcp-session-id"];
    const session = typeof id === "string" ? await this.#parts.sessions.find(exchange.caller, id) : undefined;
    if (session !== undefined) return session;
    const fault = id === undefined ? noSession : unknownSession;
    sendRpcError(exchange.response, fault, message === undefined ? null : idOf({ ...message }));
    return undefined;
  }
}

const noSession: RpcError = {
  status: 400,
  code: -32000,
  message: "Cannot serve this request: it names no session, expected Mcp-Session-Id from an initialize",
};
const unknownSession: RpcError = {
  status: 404,
  code: -32001,
  message: "Cannot find the session: it is not known or has ended, expected a new initialize",
};
const notAcceptable: RpcError = {
  status: 406,
  code: -32000,
  message: "Cannot answer: a stream is not accepted, expected Accept to name text/event-stream",
};
const unknownPosition: RpcError = {
  status: 400,
  code: -32000,
  message: "Cannot go on with the stream: Last-Event-ID is none of ours, expected the id of an event",
};

function postFault({ request }: McpExchange, message: JSONRPCMessage): RpcError | undefined {
  const { accept = "*/*", "mcp-protocol-version": version } = request.headers;
  if (!/application\/(json|\*)|text\/event-stream|\*\/\*/.test(accept))
    return {
      ...notAcceptable,
      message: "Cannot answer: neither JSON nor events are accepted, expected Accept to name both",
    };
  if (typeof version === "string" && !SUPPORTED_PROTOCOL_VERSIONS.includes(version))
    return {
      status: 400,
      code: -32000,
      message: `Cannot serve protocol version ${version.slice(0, 64)}, expected one of ${SUPPORTED_PROTOCOL_VERSIONS.join(", ")}`,
    };
  if ("method" in message && message.method.startsWith(ownPrefix))
    return { status: 404, code: -32601, message: "Method not found" };
  return undefined;
}

function isRequest(message: JSONRPCMessage): message is JSONRPCRequest {
  return "method" in message && "id" in message;
}

function isInitialize(message: JSONRPCMessage): message is JSONRPCRequest & InitializeRequest {
  return isRequest(message) && message.method === "initialize";
}
