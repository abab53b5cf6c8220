import { addAbortListener } from "node:events";
import type { JSONRPCRequest, MessageClassification } from "@modelcontextprotocol/server";
import { Cancelled, orAborted, stoppedBy } from "../../../base/abort.ts";
import type { Clock } from "../../../base/clock.ts";
import type { Rates } from "../../../core/admission/rates.ts";
import { EventStream, eventText } from "../../answers/event-stream.ts";
import { type Begun, traceIn } from "../begun-call.ts";
import { type Changes, Listening, subscriptionFilter, type Told } from "../listening.ts";
import type { McpPeer } from "../mcp-peer.ts";
import type { McpExchange } from "./mcp-exchange.ts";
import type { Servers } from "./mcp-session.ts";
import type { Introduced } from "./met-clients.ts";
import { readsEvents } from "./reads-events.ts";
import { sendMessage } from "./rpc-answer.ts";
import { SingleExchange } from "./single-exchange.ts";

export interface ExchangeParts {
  servers: Changes & Servers;
  rates: Pick<Rates, "connection">;
  clock: Clock;
  settings: { version: string };
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

/** The requests of 2026-07-28: each stands alone. */
export class Exchanges {
  readonly #parts: ExchangeParts;
  #listening = 0;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  /** A plain call of a tool: most are over as soon as they are accepted, and need no server object. */
  async call(exchange: McpExchange, message: JSONRPCRequest, { name, takes }: Introduced): Promise<void> {
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
    else await this.#serve(exchange, { message, classification: plainClass, begun });
  }

  /** Any request that ends with its answer. */
  async answer(exchange: McpExchange, message: JSONRPCRequest, classification: MessageClassification): Promise<void> {
    using _connection = this.#parts.rates.connection(exchange.caller);
    await this.#serve(exchange, { message, classification });
  }

  async #serve(exchange: McpExchange, { message, classification, begun }: Exchanged): Promise<void> {
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
    using _gone = addAbortListener(signal, gone);
    await transport.serve();
    signal.throwIfAborted();
    await transport.close();
  }

  /** A stream of changes, until its client goes or the daemon stops. */
  async listen(exchange: McpExchange, message: JSONRPCRequest): Promise<void> {
    using _connection = this.#parts.rates.connection(exchange.caller);
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
    send: (message) => stream.send(eventText({ data: JSON.stringify(message) })),
    end: (message) => stream.end(eventText({ data: JSON.stringify(message) })),
    [Symbol.dispose]: () => stream[Symbol.dispose](),
  };
}
