import { Fault } from "../protocol/fault.ts";
import { type McpMessage, mcpMessage } from "../protocol/mcp.ts";
import type { MethodResult, ParamsInput } from "../protocol/methods.ts";
import type { Requests } from "./requests.ts";

/** A JSON-RPC message of MCP, passed on as it is. */
export type McpJson = Readonly<Record<string, unknown>>;

/** Whose conversation it is, and who is told of it. */
export interface McpChannelOptions {
  /** A name that no other process has, 16 characters at least. */
  shim: string;
  /** The base of relative paths, where the daemon is on this machine. */
  cwd?: string;
  /** A new conversation has begun: the server knows nothing of an earlier one. */
  onOpen: () => void;
  /** The conversation is gone, with what the server knew of it. */
  onDown: () => void;
  /** What the server says; it says no more than a window's worth before `consumed` is called, in order. */
  onMessage: (message: McpJson, consumed: () => void) => void;
  /** There will be no conversation on this connection. */
  onRefused: (fault: Fault) => void;
}

/** A conversation within a client. */
export interface McpChannelParts extends McpChannelOptions {
  requests: Requests;
  /** Sends now, or answers that it cannot. */
  send: (text: string) => boolean;
  /** Aborts when the client ends. */
  signal: AbortSignal;
  onDispose: (channel: McpChannel) => void;
}

/** A conversation of MCP with the daemon, begun anew on each connection. */
export class McpChannel implements Disposable {
  readonly #parts: McpChannelParts;
  #number: number | undefined;
  #acked = 0;
  #consumed = 0;
  #isOver = false;

  constructor(parts: McpChannelParts) {
    this.#parts = parts;
  }

  /** Whether there is a conversation to send into. */
  get isOpen(): boolean {
    return this.#number !== undefined;
  }

  /**
   * Hands the server a message. Resolves once it has it; rejects with a `Fault`, or with `OutcomeUnknown` where a
   * cut came first. `nth` numbers the requests, over connections.
   */
  async send(message: McpJson, nth?: number): Promise<void> {
    const { requests, signal } = this.#parts;
    if (this.#number === undefined) throw new Error("A message was sent into no conversation");
    const params: ParamsInput<"mcp.message"> = {
      channel: this.#number,
      message,
      ...(nth === undefined ? {} : { nth }),
    };
    await requests.ask({ method: "mcp.message", params }, signal);
  }

  /** For the client: a connection is there. */
  opened(): void {
    const { requests, shim, cwd, signal, onRefused } = this.#parts;
    const params = { shim, ...(cwd === undefined ? {} : { cwd }) };
    const onResult = ({ channel }: MethodResult<"mcp.open">) => this.#begun(channel);
    requests.ask({ method: "mcp.open", params, onResult }, signal).catch((error: unknown) => {
      // A cut is told by itself, and the next connection asks again.
      if (!this.#isOver && error instanceof Fault) onRefused(error);
    });
  }

  /** For the client: the connection is gone. */
  down(): void {
    if (this.#number === undefined) return;
    this.#number = undefined;
    if (!this.#isOver) this.#parts.onDown();
  }

  /** For the client: whether the notification is this channel's. */
  heard(method: unknown, params: unknown): boolean {
    if (this.#number === undefined || numberIn(params) !== this.#number) return false;
    if (method === "mcp.close") {
      this.down();
      this.opened();
      return true;
    }
    const said = mcpMessage.safeParse(params);
    if (said.success) this.#said(said.data);
    return said.success;
  }

  /** Ends the conversation; the calls that it began go on. */
  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { requests, signal, onDispose } = this.#parts;
    // Where it cannot be said the connection is gone, and the conversation with it.
    if (this.#number !== undefined && !signal.aborted)
      requests.ask({ method: "mcp.close", params: { channel: this.#number } }, signal).catch(() => {});
    this.#number = undefined;
    onDispose(this);
  }

  #begun(channel: number): void {
    if (this.#isOver) return;
    this.#number = channel;
    this.#acked = 0;
    this.#consumed = 0;
    this.#parts.onOpen();
  }

  #said({ seq, message }: McpMessage): void {
    const number = this.#number;
    this.#parts.onMessage(message, () => {
      if (this.#number !== number) return;
      this.#consumed = seq;
      // Once a turn, whatever was consumed in it.
      queueMicrotask(() => this.#ack(number));
    });
  }

  #ack(channel: number | undefined): void {
    if (this.#number !== channel || this.#consumed <= this.#acked) return;
    this.#acked = this.#consumed;
    const params = { channel, seq: this.#acked };
    this.#parts.send(JSON.stringify({ jsonrpc: "2.0", method: "mcp.ack", params }));
  }
}

function numberIn(params: unknown): unknown {
  return typeof params === "object" && params !== null && "channel" in params ? params.channel : undefined;
}
