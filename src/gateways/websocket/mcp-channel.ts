import { hash } from "node:crypto";
import { Fault } from "../../protocol/fault.ts";
import { maxMcpRequests } from "../../protocol/mcp.ts";
import { type EventWindow, eventCredit, eventsAcked, eventsSent, openEventWindow } from "./event-window.ts";
import type { McpConversation, McpJson } from "./parts.ts";
import type { Pump, Source } from "./pump.ts";
import type { Wire } from "./wire.ts";

interface Waiting {
  message: McpJson;
  handed: () => void;
}

/**
 * One conversation of MCP on one connection. What the server says waits here for the socket and for the client's
 * acknowledgements: at most an answer to each unanswered request, and the newest word about anything else.
 */
export class McpChannel implements Source, AsyncDisposable {
  readonly number: number;
  readonly #shim: string;
  readonly #pump: Pump;
  /** Unanswered requests, each with its number among those of its shim. */
  readonly #requests = new Map<string | number, number | undefined>();
  /** Those that were cancelled last: their calls may be about to start, and must be the ones that are cancelled. */
  readonly #cancelled = new Map<string | number, number | undefined>();
  /** In the order of sending, by what they are about: a newer one takes the place of an older. */
  readonly #waiting = new Map<string | number, Waiting>();
  #conversation: McpConversation | undefined;
  #window: EventWindow = openEventWindow(0);
  #lastWaiting = 0;

  constructor(parts: { number: number; shim: string; pump: Pump }) {
    this.number = parts.number;
    this.#shim = parts.shim;
    this.#pump = parts.pump;
  }

  begin(conversation: McpConversation): void {
    this.#conversation = conversation;
  }

  /** Hands a message of the client's over; refuses with a `Fault`. */
  take(message: McpJson, nth: number | undefined): void {
    const { id, method, params } = message;
    const isRequest = isId(id) && method !== undefined;
    if (isRequest) this.#mustBeNew(id);
    this.#conversation?.take(message);
    if (isRequest) {
      this.#cancelled.delete(id);
      this.#requests.set(id, nth);
    } else if (method === "notifications/cancelled") this.#cancel(requestIn(params));
  }

  /** The key of a request that its shim has numbered, until it is answered. */
  keyOf(request: string | number): string | undefined {
    const nth = this.#requests.get(request) ?? this.#cancelled.get(request);
    return nth === undefined ? undefined : hash("sha256", `mcp\n${this.#shim}\n${nth}`, "base64url");
  }

  /** Resolves once the message is handed to the socket, or never will be. */
  async send(message: McpJson): Promise<void> {
    const { id, method } = message;
    if (method === undefined && isId(id)) this.#requests.delete(id);
    const about = aboutOf(message) ?? ++this.#lastWaiting;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.get(about)?.handed();
    this.#waiting.set(about, { message, handed: resolve });
    this.#pump.wakeEvents(this);
    await promise;
  }

  /** Answers whether the client may know of `seq`. */
  ack(seq: number): boolean {
    const window = eventsAcked(this.#window, seq);
    if (window === undefined) return false;
    this.#window = window;
    if (this.#waiting.size > 0) this.#pump.wakeEvents(this);
    return true;
  }

  turn(wire: Wire): "more" | "parked" {
    for (const [about, { message, handed }] of this.#waiting) {
      if (eventCredit(this.#window).events === 0) return "parked";
      this.#waiting.delete(about);
      const seq = this.#window.sent + 1;
      const params = { channel: this.number, seq, message };
      const text = JSON.stringify({ jsonrpc: "2.0", method: "mcp.message", params });
      this.#window = eventsSent(this.#window, seq, text.length);
      wire.text(text);
      handed();
      return this.#waiting.size > 0 ? "more" : "parked";
    }
    return "parked";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pump.forget(this);
    for (const { handed } of this.#waiting.values()) handed();
    this.#waiting.clear();
    this.#requests.clear();
    this.#cancelled.clear();
    await this.#conversation?.[Symbol.asyncDispose]();
  }

  /** A cancelled request is not answered. */
  #cancel(request: string | number): void {
    if (!this.#requests.has(request)) return;
    this.#cancelled.set(request, this.#requests.get(request));
    this.#requests.delete(request);
    if (this.#cancelled.size <= maxMcpRequests) return;
    for (const eldest of this.#cancelled.keys()) {
      this.#cancelled.delete(eldest);
      return;
    }
  }

  #mustBeNew(id: string | number): void {
    if (this.#requests.has(id))
      throw new Fault(
        "input.invalid",
        `Cannot take request ${id}: the one before with its id is not answered, expected another id`,
      );
    if (this.#requests.size >= maxMcpRequests)
      throw new Fault(
        "session.limit",
        `Cannot take another request: ${maxMcpRequests} are unanswered, expected fewer`,
        { facts: { limit: maxMcpRequests }, retryAfterMs: 1000 },
      );
  }
}

function isId(id: unknown): id is string | number {
  return typeof id === "string" || typeof id === "number";
}

function requestIn(params: unknown): string | number {
  const request = typeof params === "object" && params !== null && "requestId" in params ? params.requestId : "";
  return isId(request) ? request : "";
}

/** What a notification is about: how far a request is, or all that it says. Anything else stands for itself. */
function aboutOf({ id, method, params }: McpJson): string | undefined {
  if (id !== undefined || method === undefined) return undefined;
  const token =
    typeof params === "object" && params !== null && "progressToken" in params ? params.progressToken : undefined;
  return token === undefined ? JSON.stringify([method, params]) : `progress ${typeof token} ${token}`;
}
