import type { Clock } from "../../../base/clock.ts";
import type { Rates } from "../../../core/admission/rates.ts";
import type { Presences } from "../../../core/calls/presence.ts";
import type { Reports } from "../../../core/operations/refusal.ts";
import type { Changes } from "../listening.ts";
import { Exchanges } from "./exchanges.ts";
import type { McpExchange } from "./mcp-exchange.ts";
import type { Servers } from "./mcp-session.ts";
import { McpSessions, type SessionDoors } from "./mcp-sessions.ts";
import { type Post, Posts } from "./posts.ts";
import { sendRpcError, sendTaken } from "./rpc-answer.ts";
import { SessionRoutes } from "./session-routes.ts";

export interface McpHttpParts {
  servers: Changes & Servers;
  doors: SessionDoors;
  reports: Reports;
  presences: Pick<Presences, "arrive">;
  rates: Pick<Rates, "connection">;
  clock: Clock;
  settings: { epoch: string; version: string; sessionTtlMs: number };
}

/** What is done about each kind of POST. */
type Ways = {
  readonly [K in Post["kind"]]: (exchange: McpExchange, post: Extract<Post, { kind: K }>) => Promise<void>;
};

/**
 * MCP over HTTP for both eras under one path: requests of 2026-07-28 stand alone, those of the revisions before
 * belong to sessions.
 */
export class McpHttp implements AsyncDisposable {
  readonly #sessions: McpSessions;
  readonly #routes: SessionRoutes;
  readonly #posts = new Posts();
  readonly #ways: Ways;

  constructor(parts: McpHttpParts) {
    this.#sessions = new McpSessions({ ...parts, ...parts.settings });
    this.#routes = new SessionRoutes({ ...parts, sessions: this.#sessions, changes: parts.servers });
    this.#ways = waysOf(this.#routes, new Exchanges(parts));
  }

  /** Answers one exchange, wholly: resolves when nothing more is written. `body` is the JSON object of a POST. */
  serve(exchange: McpExchange, body?: Readonly<Record<string, unknown>>): Promise<void> {
    if (body === undefined) return this.#routes.serveStream(exchange);
    const post = this.#posts.classify(body, exchange.request.headers);
    return this.#ways[post.kind](exchange, post as never);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sessions[Symbol.asyncDispose]();
  }
}

function waysOf(sessions: SessionRoutes, exchanges: Exchanges): Ways {
  return {
    refused: async ({ response }, { error, id }) => sendRpcError(response, error, id),
    // Nothing stands between two exchanges that it could be about.
    passing: async ({ response }) => sendTaken(response),
    initialize: (exchange, { message }) => sessions.open(exchange, message),
    ask: (exchange, { message }) => sessions.ask(exchange, message),
    tell: (exchange, { message }) => sessions.tell(exchange, message),
    call: (exchange, { message, client }) => exchanges.call(exchange, message, client),
    listen: (exchange, { message }) => exchanges.listen(exchange, message),
    exchange: (exchange, { message, classification }) => exchanges.answer(exchange, message, classification),
  };
}
