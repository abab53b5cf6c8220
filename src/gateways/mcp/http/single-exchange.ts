import type { ServerResponse } from "node:http";
import {
  type JSONRPCMessage,
  type JSONRPCRequest,
  type MessageClassification,
  PerRequestHTTPServerTransport,
  type TransportSendOptions,
} from "@modelcontextprotocol/server";
import type { Clock } from "../../../base/clock.ts";
import { EventStream, eventText } from "../../answers/event-stream.ts";
import { sendMessage } from "./rpc-answer.ts";

export interface SingleExchangeParts {
  message: JSONRPCRequest;
  classification: MessageClassification;
  response: ServerResponse;
  /** Whether the client reads server-sent events; others are told no progress. */
  reads: "events" | "json";
  clock: Clock;
}

/** What refuses a request before its handler ran; these have statuses of their own. */
const refusalStatuses: Readonly<Record<number, number>> = {
  [-32700]: 400,
  [-32600]: 400,
  [-32601]: 404,
  [-32020]: 400,
  [-32022]: 400,
};
const missingCapability = -32021;

/**
 * One request of 2026-07-28 with its answer: JSON, or events from the first message before it on. It extends
 * the SDK's own transport, because a server takes its era from that, and writes to the response itself. Closing
 * it before the answer is how a client cancels.
 */
export class SingleExchange extends PerRequestHTTPServerTransport {
  readonly #parts: SingleExchangeParts;
  readonly #answered = Promise.withResolvers<void>();
  #stream: EventStream | undefined;
  #isDispatching = false;
  #state: "open" | "mute" | "closed" = "open";

  constructor(parts: SingleExchangeParts) {
    super({ classification: parts.classification });
    this.#parts = parts;
  }

  /** Hands the request to the server that is connected; resolves once its answer is written. */
  async serve(): Promise<void> {
    this.#isDispatching = true;
    this.onmessage?.(this.#parts.message, { classification: this.#parts.classification });
    this.#isDispatching = false;
    await this.#answered.promise;
  }

  /** Nothing is written any more, and nobody is told: what the request started goes on. */
  mute(): void {
    this.#state = "mute";
    this.#stream?.[Symbol.dispose]();
    this.#answered.resolve();
  }

  override async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (this.#state !== "open") return;
    if (!("method" in message)) {
      this.#answer(message);
      return;
    }
    if (options?.relatedRequestId !== this.#parts.message.id || this.#parts.reads === "json") return;
    this.#stream ??= new EventStream(this.#parts);
    await this.#stream.send(eventText({ data: JSON.stringify(message) }));
  }

  override async close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#stream?.[Symbol.dispose]();
    this.#answered.resolve();
    this.onclose?.();
  }

  #answer(message: JSONRPCMessage): void {
    if (this.#stream === undefined) sendMessage(this.#parts.response, this.#statusOf(message), message);
    else this.#stream.end(eventText({ data: JSON.stringify(message) }));
    this.#answered.resolve();
  }

  #statusOf(message: JSONRPCMessage): number {
    if (!("error" in message)) return 200;
    const { code } = message.error;
    if (code === missingCapability) return 400;
    return this.#isDispatching ? (refusalStatuses[code] ?? 200) : 200;
  }
}
