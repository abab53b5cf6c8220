import { Fault } from "../../protocol/fault.ts";
import { maxMcpRequests } from "../../protocol/mcp.ts";
import { isEndless, type Message, type MessageId, rpcCodes } from "./message.ts";

const maxRequests = 1024;
const maxBytes = 32 * 1024 * 1024;

/** A request of the client's that has no answer yet. */
export interface Unanswered {
  readonly id: MessageId;
  readonly message: Message;
  readonly bytes: number;
  /** Which one it is of this process; the same over all connections. */
  readonly nth: number;
  /** It was sent once: its call may run. */
  isBegun: boolean;
  /** It was sent over this connection. */
  isSent: boolean;
  /** The client's word that it no longer waits; nothing more is told to it. */
  cancel?: Message;
}

/** What the client waits for, in the order it was asked: kept until it is answered, however many connections that takes. */
export class UnansweredRequests {
  readonly #byId = new Map<MessageId, Unanswered>();
  #bytes = 0;
  #lastNth = 0;

  get size(): number {
    return this.#byId.size;
  }

  /** Whether the client waits for any of them. */
  get isAwaited(): boolean {
    for (const { cancel } of this.#byId.values()) if (cancel === undefined) return true;
    return false;
  }

  /** Whether any of them comes to an end by itself. */
  get isOwed(): boolean {
    for (const { cancel, message } of this.#byId.values()) if (cancel === undefined && !isEndless(message)) return true;
    return false;
  }

  /** Answers why it is not taken, where it is not. */
  add(message: Message & { id: MessageId }, bytes: number): Fault | { code: number; message: string } | undefined {
    const { id } = message;
    if (this.#byId.has(id))
      return { code: rpcCodes.request, message: `Cannot take request ${id}: another one with its id is unanswered` };
    if (this.#byId.size >= maxRequests || this.#bytes + bytes > maxBytes)
      return new Fault(
        "admission.overloaded",
        `Cannot take request ${id}: ${this.#byId.size} requests with ${this.#bytes} bytes are unanswered, expected fewer`,
        { facts: { maxRequests, maxBytes }, retryAfterMs: 1000 },
      );
    this.#byId.set(id, { id, message, bytes, nth: ++this.#lastNth, isBegun: false, isSent: false });
    this.#bytes += bytes;
    return undefined;
  }

  get(id: MessageId): Unanswered | undefined {
    return this.#byId.get(id);
  }

  has(request: Unanswered): boolean {
    return this.#byId.get(request.id) === request;
  }

  remove(request: Unanswered): void {
    if (!this.has(request)) return;
    this.#byId.delete(request.id);
    this.#bytes -= request.bytes;
  }

  /** Those whose turn it is: a server has at most so many of one client in hand. */
  *sendable(): Generator<Unanswered> {
    let sent = 0;
    for (const request of this.#byId.values()) {
      if (sent >= maxMcpRequests) return;
      sent += 1;
      if (!request.isSent) yield request;
    }
  }

  /** The connection is gone: everything is to be sent again. */
  unsend(): void {
    for (const request of this.#byId.values()) request.isSent = false;
  }

  /** Takes those that the client waits for out. */
  takeAwaited(): Unanswered[] {
    const awaited = [...this.#byId.values()].filter(({ cancel }) => cancel === undefined);
    for (const request of awaited) this.remove(request);
    return awaited;
  }
}
