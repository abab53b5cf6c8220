import type { JSONRPCMessage, JSONRPCRequest, RequestId } from "@modelcontextprotocol/server";
import type { Clock } from "../../../base/clock.ts";
import type { Rates } from "../../../core/admission/rates.ts";
import type { Presences } from "../../../core/calls/presence.ts";
import type { McpExchange } from "./mcp-exchange.ts";
import type { McpSession } from "./mcp-session.ts";
import type { McpSessions } from "./mcp-sessions.ts";
import { readsEvents } from "./reads-events.ts";
import { notAcceptable, type RpcError, sendRpcError, sendTaken } from "./rpc-answer.ts";
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

/** POST, GET and DELETE of a session of 2025-11-25 or older. */
export class SessionRoutes {
  readonly #parts: SessionRouteParts;

  constructor(parts: SessionRouteParts) {
    this.#parts = parts;
  }

  /** Opens a session. */
  async open(exchange: McpExchange, message: JSONRPCRequest): Promise<void> {
    using _connection = this.#parts.rates.connection(exchange.caller);
    await this.#parts.sessions.open(exchange, message);
  }

  /** Answers a request of a session. */
  async ask(exchange: McpExchange, message: JSONRPCRequest): Promise<void> {
    const session = await this.#sessionOf(exchange, message.id);
    if (session === undefined) return;
    using _here = this.#parts.presences.arrive(session.caller);
    using _connection = this.#parts.rates.connection(exchange.caller);
    await session.answer(exchange, message);
  }

  /** Takes anything else of a session's client. */
  async tell(exchange: McpExchange, message: JSONRPCMessage): Promise<void> {
    const session = await this.#sessionOf(exchange, null);
    if (session === undefined) return;
    using _here = this.#parts.presences.arrive(session.caller);
    session.take(message);
    sendTaken(exchange.response);
  }

  /** GET begins a stream or goes on with one; DELETE ends the session. */
  async serveStream(exchange: McpExchange): Promise<void> {
    const { request, response } = exchange;
    const session = await this.#sessionOf(exchange, null);
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
  async #sessionOf(exchange: McpExchange, request: RequestId | null): Promise<McpSession | undefined> {
    const id = exchange.request.headers["mcp-session-id"];
    const session = typeof id === "string" ? await this.#parts.sessions.find(exchange.caller, id) : undefined;
    if (session !== undefined) return session;
    sendRpcError(exchange.response, id === undefined ? noSession : unknownSession, request);
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
const unknownPosition: RpcError = {
  status: 400,
  code: -32000,
  message: "Cannot go on with the stream: Last-Event-ID is none of ours, expected the id of an event",
};
