import type {
  InitializeRequestParams,
  JSONRPCMessage,
  JSONRPCRequest,
  ProgressToken,
  Server,
} from "@modelcontextprotocol/server";
import type { Clock } from "../../../base/clock.ts";
import type { SessionId } from "../../../protocol/ids.ts";
import type { McpPeer } from "../mcp-peer.ts";
import { resumeMethod } from "../resume.ts";
import { Answering, type AnsweringParts } from "./answering.ts";
import { readsEvents } from "./event-stream.ts";
import type { McpExchange } from "./mcp-exchange.ts";
import { SessionTransport } from "./session-transport.ts";
import type { StreamCursor } from "./stream-cursor.ts";

/** Whatever opens a server object for a peer. */
export interface Servers {
  open(peer: McpPeer): Server;
}

interface SessionParts {
  servers: Servers;
  clock: Clock;
  epoch: string;
  caller: McpPeer["caller"] & { session: SessionId };
}

/** The first revision whose clients understand an event that carries nothing but its id. */
const firstPrimed = "2025-11-25";

/** A session of 2025-11-25 or older while it is held in memory: its server, and what is under way over it. */
export class McpSession implements AsyncDisposable {
  readonly caller: SessionParts["caller"];
  readonly server: Server;
  readonly transport = new SessionTransport();
  readonly #parts: SessionParts;
  /** Whether the server object keeps what the durable row does not: then it is not put aside. */
  #isSubscribed = false;
  /** When its row was last written, on the clock that does not jump. */
  seenAtMs: number;

  private constructor(parts: SessionParts) {
    this.#parts = parts;
    this.caller = parts.caller;
    this.seenAtMs = parts.clock.monotonicMs();
    this.server = parts.servers.open({
      caller: parts.caller,
      closing: "leaves",
      started: (number, call) => this.transport.started(number, call),
    });
  }

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
    return this.transport.isIdle && !this.#isSubscribed;
  }

  /** Whether its client understands an event that carries nothing but its id. */
  get isPrimed(): boolean {
    return (this.server.getNegotiatedProtocolVersion() ?? "") >= firstPrimed;
  }

  /** Answers a request of the client's; resolves when the answer is written or has been handed over. */
  async answer(exchange: McpExchange, message: JSONRPCRequest): Promise<void> {
    this.#isSubscribed ||= message.method === "resources/subscribe";
    const progressToken = message.params?._meta?.progressToken;
    await this.#serve(message, exchange, {
      request: message.id,
      reads: this.#readsOf(exchange),
      ...(progressToken === undefined ? {} : { progressToken }),
    });
  }

  /** Goes on with an answer that was cut, from where its reader stands. */
  async resume(exchange: McpExchange, cursor: StreamCursor): Promise<void> {
    this.transport.handOver(cursor);
    const { request, call, seq, progressToken } = cursor;
    const params = { call, after: seq, ...(progressToken === undefined ? {} : { progressToken }) };
    await this.#serve({ jsonrpc: "2.0", id: request, method: resumeMethod, params }, exchange, {
      request,
      reads: "events",
      from: cursor,
    });
  }

  take(message: JSONRPCMessage): void {
    this.transport.take(message);
  }

  /** Lets go of the server object; the session itself stays what its row says. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
  }

  async #serve(
    message: JSONRPCRequest,
    { response, signal }: McpExchange,
    told: Pick<AnsweringParts, "request" | "reads"> & { from?: StreamCursor; progressToken?: ProgressToken },
  ): Promise<void> {
    const { clock, epoch } = this.#parts;
    const answering = new Answering({ ...told, response, clock, epoch });
    const detach = () => answering.detach();
    signal.addEventListener("abort", detach, { once: true });
    this.transport.ask(message, answering);
    await answering.over;
    signal.removeEventListener("abort", detach);
    signal.throwIfAborted();
  }

  #readsOf({ request }: McpExchange): AnsweringParts["reads"] {
    if (!readsEvents(request.headers.accept)) return "json";
    return this.isPrimed ? "primed" : "events";
  }
}
