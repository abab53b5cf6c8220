import { addAbortListener } from "node:events";
import type { InitializeRequestParams, JSONRPCMessage, JSONRPCRequest, Server } from "@modelcontextprotocol/server";
import type { Clock } from "../../../base/clock.ts";
import type { SessionId } from "../../../protocol/ids.ts";
import { type Begun, traceIn, type Wishing } from "../begun-call.ts";
import type { McpPeer } from "../mcp-peer.ts";
import { resumeMethod } from "../resume.ts";
import { Answering, type AnsweringParts } from "./answering.ts";
import type { McpExchange } from "./mcp-exchange.ts";
import { readsEvents } from "./reads-events.ts";
import { SessionTransport } from "./session-transport.ts";
import type { StreamCursor } from "./stream-cursor.ts";

/** Whatever opens a server object for a peer, and begins what needs none. */
export interface Servers {
  open(peer: McpPeer): Server & { readonly isWatching?: boolean };
  begin(wishing: Wishing): Begun | undefined;
}

interface SessionParts {
  servers: Servers;
  clock: Clock;
  epoch: string;
  caller: McpPeer["caller"] & { session: SessionId };
}

/** A request that its session's transport knows under a number. */
interface Entered {
  message: JSONRPCRequest;
  answering: Answering;
  number: number;
}

/** The first revision whose clients understand an event that carries nothing but its id. */
const firstPrimed = "2025-11-25";

/** A session of 2025-11-25 or older while it is held in memory: its server, and what is under way over it. */
export class McpSession implements AsyncDisposable {
  readonly caller: SessionParts["caller"];
  readonly server: ReturnType<Servers["open"]>;
  readonly transport = new SessionTransport();
  readonly #parts: SessionParts;
  /** When its row was last written, on the clock that does not jump. */
  seenAtMs: number;

  private constructor(parts: SessionParts) {
    this.#parts = parts;
    this.caller = parts.caller;
    this.seenAtMs = parts.clock.monotonicMs();
    this.server = parts.servers.open({
      caller: parts.caller,
      closing: "leaves",
      begun: (number) => this.transport.begun(number),
      started: (number, call) => this.transport.started(number, call),
      onWritten: (number, listener) => this.transport.onWritten(number, listener),
    });
  }

  /** A session that its client has just begun: it still has to say what it can do. */
  static async connect(parts: SessionParts): Promise<McpSession> {
    const session = new McpSession(parts);
    await session.server.connect(session.transport);
    return session;
  }

  /** Goes on with a session whose server object was let go, or belonged to an earlier start. */
  static async restore(parts: SessionParts, said: InitializeRequestParams): Promise<McpSession> {
    const session = await McpSession.connect(parts);
    await session.transport.askOurselves("initialize", { ...said });
    session.transport.take({ jsonrpc: "2.0", method: "notifications/initialized" });
    return session;
  }

  /** Nothing is under way, and nothing is lost with the server object. */
  get isIdle(): boolean {
    return this.transport.isIdle && this.server.isWatching !== true;
  }

  /** Whether its client understands an event that carries nothing but its id. */
  get isPrimed(): boolean {
    return (this.server.getNegotiatedProtocolVersion() ?? "") >= firstPrimed;
  }

  /** Answers a request of the client's; resolves when the answer is written or has been handed over. */
  async answer(exchange: McpExchange, message: JSONRPCRequest): Promise<void> {
    const progressToken = message.params?._meta?.progressToken;
    const answering = this.#answering(exchange, {
      request: message.id,
      reads: this.#readsOf(exchange),
      ...(progressToken === undefined ? {} : { progressToken }),
    });
    const number = this.transport.enter(answering);
    answering.begun = this.#begin(message, answering);
    const result = await answering.begun?.answer(this.server.getClientVersion()?.name ?? "");
    if (result === undefined && !answering.isOver) {
      await this.#serve(exchange, { message, answering, number });
      return;
    }
    this.transport.leave(number);
    if (result === undefined && answering.stop.reason !== undefined) await answering.begun?.cancel();
    exchange.throwIfOver();
    if (result !== undefined) answering.answer({ jsonrpc: "2.0", id: message.id, result });
  }

  /** Goes on with an answer that was cut, from where its reader stands. */
  async resume(exchange: McpExchange, cursor: StreamCursor): Promise<void> {
    this.transport.handOver(cursor);
    const { request, call, seq, progressToken } = cursor;
    const params = { call, after: seq, ...(progressToken === undefined ? {} : { progressToken }) };
    const answering = this.#answering(exchange, { request, reads: "events", from: cursor });
    const number = this.transport.enter(answering);
    const message = { jsonrpc: "2.0" as const, id: request, method: resumeMethod, params };
    await this.#serve(exchange, { message, answering, number });
  }

  /** A notification, or an answer to a question of the server's. */
  take(message: JSONRPCMessage): void {
    this.transport.take(message);
  }

  /** Lets go of the server object; the session itself stays what its row says. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
  }

  /** What a request for a tool begins before a server object sees it. */
  #begin({ method, params }: JSONRPCRequest, { stop }: Answering): Begun | undefined {
    if (method !== "tools/call" || params === undefined) return undefined;
    return this.#parts.servers.begin({
      caller: this.caller,
      params,
      era: "legacy",
      takes: "answers",
      ...traceIn(params),
      get signal() {
        return stop.signal;
      },
    });
  }

  #answering({ response }: McpExchange, told: Omit<AnsweringParts, "response" | "clock" | "epoch">): Answering {
    const { clock, epoch } = this.#parts;
    return new Answering({ ...told, response, clock, epoch });
  }

  async #serve({ signal }: McpExchange, { message, answering, number }: Entered): Promise<void> {
    using _gone = addAbortListener(signal, () => answering.detach());
    this.transport.ask(number, message);
    await answering.over;
    signal.throwIfAborted();
  }

  #readsOf({ request }: McpExchange): AnsweringParts["reads"] {
    if (!readsEvents(request.headers.accept)) return "json";
    return this.isPrimed ? "primed" : "events";
  }
}
