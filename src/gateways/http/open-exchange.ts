import type { IncomingMessage, ServerResponse } from "node:http";
import { Stop } from "../../base/abort.ts";
import { newTraceparent, parseTraceparent } from "../../base/traceparent.ts";
import type { Caller } from "../../core/tenants/caller.ts";
import type { Asked } from "./exchange.ts";

export interface OpenExchangeParts {
  request: IncomingMessage;
  response: ServerResponse;
  address: string;
  /** It was handled, and its answer has left or has nowhere to go. */
  over: (exchange: OpenExchange) => void;
  /** Its connection is gone before it was handled. */
  gone: (exchange: OpenExchange) => void;
}

/**
 * One request while it is answered. What most requests never ask for, a signal among it, is made when somebody
 * does. Disposing it says that its handler has come back.
 */
export class OpenExchange implements Asked, Disposable {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly address: string;
  path: Readonly<Record<string, string>> = {};
  readonly #over: (exchange: OpenExchange) => void;
  readonly #keepsAlive: boolean;
  readonly #stop = new Stop<Error>();
  #isHandled = false;
  #admitted: Caller | undefined;
  #traceparent: string | undefined;
  #query: URLSearchParams | undefined;

  constructor({ request, response, address, over, gone }: OpenExchangeParts) {
    this.request = request;
    this.response = response;
    this.address = address;
    this.#over = over;
    this.#keepsAlive = response.shouldKeepAlive;
    // Who shows no credential gets one request out of a connection.
    response.shouldKeepAlive = false;
    response.once("close", () => (this.#isHandled ? over(this) : gone(this)));
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  throwIfOver(): void {
    this.#stop.throwIfDecided();
  }

  /** Whoever answers it stops; the first reason stays. */
  end(reason: Error): void {
    this.#stop.decide(reason);
  }

  /** Its credential is good: it ends with that, and its connection may be used again. */
  admit(caller: Caller): void {
    this.#admitted = caller;
    this.response.shouldKeepAlive = this.#keepsAlive;
  }

  get admitted(): Caller | undefined {
    return this.#admitted;
  }

  get caller(): Caller {
    if (this.#admitted === undefined) throw new Error("Expected a request of somebody who is known");
    return this.#admitted;
  }

  get traceparent(): string {
    this.#traceparent ??= traceparentOf(this.request);
    return this.#traceparent;
  }

  get query(): URLSearchParams {
    this.#query ??= queryOf(this.request);
    return this.#query;
  }

  [Symbol.dispose](): void {
    this.#isHandled = true;
    if (this.response.closed) this.#over(this);
  }
}

/** One that is given twice is none. */
function traceparentOf({ headers }: IncomingMessage): string {
  const header = headers["traceparent"];
  return typeof header === "string" && parseTraceparent(header) !== undefined ? header : newTraceparent();
}

function queryOf({ url = "" }: IncomingMessage): URLSearchParams {
  const start = url.indexOf("?");
  return new URLSearchParams(start === -1 ? "" : url.slice(start + 1));
}
