import { randomBytes } from "node:crypto";
import type { JSONRPCMessage, Server, Transport } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { Fault } from "../../protocol/fault.ts";
import { ChannelListening, type ChannelListeningParts } from "./channel-listening.ts";

export interface MessageChannelParts {
  /** A server object for the era that the client has begun with. */
  open: () => Server;
  /** What the client may listen to, and as whom. */
  listening: Omit<ChannelListeningParts, "send">;
  /** Resolves when there is room for more. */
  send: (message: Readonly<Record<string, unknown>>) => Promise<void>;
  /** The server has ended the conversation. */
  ended: () => void;
}

type Message = Readonly<Record<string, unknown>>;

/**
 * One conversation of MCP over whatever carries single messages in order: what the client begins with decides the
 * era. Requests of the server have ids that no other conversation uses, so that an answer which comes late, over
 * another connection, is nobody's.
 */
export class MessageChannel implements Transport, AsyncDisposable {
  onmessage?: (message: JSONRPCMessage) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly #parts: MessageChannelParts;
  readonly #mark = `${randomBytes(6).toString("hex")}.`;
  readonly #served: ReturnType<typeof serveStdio>;
  readonly #listening: ChannelListening;
  #isClosed = false;

  constructor(parts: MessageChannelParts) {
    this.#parts = parts;
    this.#listening = new ChannelListening({ ...parts.listening, send: (message) => this.send(message) });
    // What the protocol layer reports here it has answered, or there was nobody to answer.
    this.#served = serveStdio(() => parts.open(), { transport: this, onerror: () => {} });
  }

  async start(): Promise<void> {}

  /** Takes a message of the client's; refuses with `input.invalid` what is no JSON-RPC. */
  take(message: Message): void {
    if (message["jsonrpc"] !== "2.0")
      throw new Fault("input.invalid", 'Cannot take the message: it is no JSON-RPC, expected "jsonrpc": "2.0"');
    const ours = this.#unmarked(message);
    if (ours !== undefined && !this.#listening.take(ours)) this.onmessage?.(ours as unknown as JSONRPCMessage);
  }

  /** Resolves once the connection has room; without effect after the end. */
  async send(message: JSONRPCMessage): Promise<void> {
    if (!this.#isClosed) await this.#parts.send(this.#marked(message as unknown as Message));
  }

  /** Called by the protocol layer when it is done, whoever began that. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listening[Symbol.dispose]();
    this.onclose?.();
    this.#parts.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#served.close();
  }

  #marked(message: Message): Message {
    const { id, method, params } = message;
    if (method === undefined) return message;
    if (id !== undefined) return { ...message, id: this.#mark + id };
    if (method !== "notifications/cancelled" || typeof params !== "object") return message;
    const { requestId } = params as { requestId?: unknown };
    return { ...message, params: { ...params, requestId: this.#mark + requestId } };
  }

  /** The message with the id that the server knows; `undefined` for an answer to nothing that was asked here. */
  #unmarked(message: Message): Message | undefined {
    const { id, method } = message;
    if (method !== undefined) return message;
    if (typeof id !== "string" || !id.startsWith(this.#mark)) return undefined;
    return { ...message, id: Number(id.slice(this.#mark.length)) };
  }
}
