import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { Cancelled } from "../../base/abort.ts";
import { type Clock, sleep } from "../../base/clock.ts";
import { traceIdOf } from "../../base/traceparent.ts";
import type { JournalReader } from "../../core/calls/journal-cursor.ts";
import type { Operations } from "../../core/operations/operations.ts";
import { type Reports, refusalOf } from "../../core/operations/refusal.ts";
import type { SlowedAnswers } from "../../core/operations/slowed-answers.ts";
import type { OutputReader } from "../../core/processes/output-log.ts";
import { Fault } from "../../protocol/fault.ts";
import { socketPath } from "../../protocol/methods.ts";
import { refuseSocket } from "../answers/refuse-socket.ts";
import { prepare, sendFault } from "./answer.ts";
import { apiRoutes } from "./api-routes.ts";
import { addressOf, authenticate } from "./bearer.ts";
import type { Exchange } from "./exchange.ts";
import { admits, type GuardSettings, servedHosts } from "./guard.ts";
import { Listener } from "./listener.ts";
import { challenge, mcpHeaders } from "./mcp-routes.ts";
import type { OpenExchange } from "./open-exchange.ts";
import { OpenRequests } from "./open-requests.ts";
import type { Door, Exposition, Health, McpDoor, RequestRates, Waiters } from "./parts.ts";
import { type Match, Router } from "./router.ts";
import type { HttpSettings } from "./settings.ts";

/** Takes an upgraded socket; `from` is the address that its failures count against. */
type Upgrade = (request: IncomingMessage, socket: Duplex, upgraded: { head: Buffer; from: string }) => void;

export interface HttpParts {
  operations: Operations;
  doors: Door;
  journal: JournalReader;
  outputs: OutputReader;
  presences: Waiters;
  rates: RequestRates;
  mcp: McpDoor;
  /** Gets what asks for a WebSocket where that is. */
  upgrade: Upgrade;
  slowed: SlowedAnswers;
  clock: Clock;
  settings: HttpSettings;
  health: Health;
  metrics: Exposition;
  reports: Reports;
}

/**
 * HTTP as a thin front: guard, route, credential, rate, then one small handler. It owns the one server; upgrades
 * pass the same guard before they are handed on.
 */
export class HttpGateway implements AsyncDisposable {
  readonly #parts: HttpParts;
  readonly #router: Router;
  readonly #listener: Listener;
  readonly #open = new OpenRequests();
  readonly #endings: Disposable;
  #guard: GuardSettings;
  #stopping = false;

  constructor(parts: HttpParts) {
    this.#parts = parts;
    this.#router = new Router(apiRoutes(parts));
    this.#guard = { hosts: new Set(), origins: new Set(parts.settings.allowedOrigins) };
    this.#endings = parts.doors.onEnded((ended) => this.#open.endToken(ended));
    this.#listener = new Listener({
      settings: parts.settings,
      clock: parts.clock,
      serving: {
        serve: (request, response) => void this.#serve(request, response),
        upgrade: (request, socket, head) => this.#upgrade(request, socket, head),
        failed: (error) => parts.reports.bug(error, { place: "listener", trace: "" }),
      },
    });
  }

  /** Connections now, without the upgraded ones. */
  get connections(): number {
    return this.#listener.connections;
  }

  async listen(): Promise<{ host: string; port: number }> {
    const bound = await this.#listener.listen();
    this.#guard = { ...this.#guard, hosts: servedHosts(bound, this.#parts.settings.allowedHosts) };
    return bound;
  }

  /** Takes nothing new; waiting requests get their call's handle, streams end, then every socket but the upgraded is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    this.#endings[Symbol.dispose]();
    this.#listener.stopAccepting();
    this.#open.endAll();
    const enough = new AbortController();
    const { clock, settings } = this.#parts;
    await Promise.race([this.#open.none(), sleep(clock, settings.closeMs, enough.signal).catch(() => {})]);
    enough.abort(new Cancelled("shutdown"));
    await this.#listener[Symbol.asyncDispose]();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const fault = admits(request, this.#guard) ?? (pathOf(request) === socketPath ? undefined : unknownPlace());
    if (fault === undefined) {
      this.#parts.upgrade(request, socket, { head, from: addressOf(request, this.#parts.settings.proxy) });
      return;
    }
    this.#parts.reports.fault(fault.code);
    refuseSocket(socket, fault);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    using exchange = this.#open.enter(request, response, addressOf(request, this.#parts.settings.proxy));
    try {
      if (this.#stopping) response.setHeader("Connection", "close");
      const fault = admits(request, this.#guard);
      prepare(response, fault === undefined ? request.headers["origin"] : undefined);
      if (fault !== undefined) throw fault;
      await this.#answer(exchange);
    } catch (error) {
      await this.#parts.slowed.hold(error, exchange.address, exchange.signal);
      this.#refuse(exchange, error);
    }
  }

  async #answer(exchange: OpenExchange): Promise<void> {
    const { request, response } = exchange;
    const match = this.#router.match(request.method === "HEAD" ? "GET" : (request.method ?? ""), pathOf(request));
    if (match === undefined) throw unknownPlace();
    const { route, path } = match;
    if (route === undefined) {
      refuseVerb(exchange, match);
      return;
    }
    exchange.path = path;
    if (route.access === "open") {
      await route.handle(exchange);
      return;
    }
    const caller = await authenticate(request, this.#parts.doors, exchange.address);
    exchange.admit(caller);
    this.#listener.known(request.socket);
    this.#parts.rates.request(caller);
    await route.handle(exchange);
    if (!response.writableEnded) throw new Error(`${route.verb} ${route.path} ended without an answer`);
  }

  /** Asks the signal first: what ended the request is told, not what broke because of it. */
  #refuse(exchange: Exchange, error: unknown): void {
    const { response, signal, traceparent } = exchange;
    const trace = traceIdOf(traceparent);
    const why = signal.aborted ? signal.reason : error;
    if (why instanceof Cancelled && why.by === "caller") return;
    const fault = refusalOf(why, this.#parts.reports, { place: "http", trace });
    challenge(exchange, this.#parts.settings, fault);
    if (!response.headersSent) sendFault(response, fault, { trace });
    else if (fault.code === "admission.draining") response.end();
    else response.destroy();
  }
}

function refuseVerb(exchange: Exchange, match: Match): void {
  const { request, response } = exchange;
  const verbs = match.verbs.includes("GET") ? [...match.verbs, "HEAD", "OPTIONS"] : [...match.verbs, "OPTIONS"];
  response.setHeader("Allow", verbs.join(", "));
  if (request.method !== "OPTIONS") {
    const fault = new Fault("method.unknown", `Cannot ${request.method} here, expected ${verbs.join(", ")}`);
    const trace = traceIdOf(exchange.traceparent);
    sendFault(response, fault, { trace, status: 405 });
    return;
  }
  if (request.headers["origin"] !== undefined) {
    response.setHeader("Access-Control-Allow-Methods", verbs.join(", "));
    response.setHeader(
      "Access-Control-Allow-Headers",
      `Authorization, Content-Type, Idempotency-Key, Last-Event-ID, Prefer, Traceparent, ${mcpHeaders}`,
    );
    response.setHeader("Access-Control-Max-Age", 600);
  }
  response.writeHead(204).end();
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "").split("?", 1)[0] ?? "";
}

function unknownPlace(): Fault {
  return new Fault(
    "method.unknown",
    "Cannot find this path: nothing is served there, expected one that /openapi.json lists",
  );
}
