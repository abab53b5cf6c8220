import type {
  JSONRPCMessage,
  JSONRPCNotification,
  JSONRPCRequest,
  MessageExtraInfo,
  RequestId,
  Transport,
  TransportSendOptions,
} from "@modelcontextprotocol/server";
import type { Started } from "../../../core/operations/operations.ts";
import type { CallId } from "../../../protocol/ids.ts";
import type { Answering } from "./answering.ts";

/** Takes what a request of ours is answered with. */
interface Answered {
  answer(message: JSONRPCMessage): void;
  tell(message: JSONRPCMessage): Promise<void>;
}

/** A stream that belongs to no request. */
interface Standalone {
  tell(message: JSONRPCMessage): Promise<void>;
}

/**
 * What carries messages between one server object and the many HTTP exchanges of its session. Every request is
 * handed on under a number of our own, so that a request which is answered over two connections, one cut and
 * one resumed, is two.
 */
export class SessionTransport implements Transport {
  onmessage?: <T extends JSONRPCMessage>(message: T, extra?: MessageExtraInfo) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly #answers = new Map<RequestId, Answering>();
  readonly #own = new Map<RequestId, Answered>();
  #standalone: Standalone | undefined;
  #lastNumber = 0;

  async start(): Promise<void> {}

  /** Whether nobody reads and nothing is owed: its server object may be let go. */
  get isIdle(): boolean {
    return this.#answers.size === 0 && this.#standalone === undefined;
  }

  /** Begins a request of the client's: what it cancels and what is resumed elsewhere reaches `answering` from now on. */
  enter(answering: Answering): number {
    const number = this.#next();
    this.#answers.set(number, answering);
    return number;
  }

  /** Hands the request on that has this number; its answer goes where its `answering` says. */
  ask(number: number, message: JSONRPCRequest): void {
    this.onmessage?.({ ...message, id: number });
  }

  /** The request of this number is answered without the server object. */
  leave(number: number): void {
    this.#answers.delete(number);
  }

  /** What was begun for the request of this number before it was handed on. */
  begun(number: RequestId): Promise<Started> | undefined {
    return this.#answers.get(number)?.begun?.started;
  }

  /** A request of ours, which the client knows nothing of; resolves with its answer. */
  async askOurselves(method: string, params: Record<string, unknown>): Promise<JSONRPCMessage> {
    const { promise, resolve } = Promise.withResolvers<JSONRPCMessage>();
    const number = this.#next();
    this.#own.set(number, { answer: resolve, tell: async () => {} });
    this.onmessage?.({ jsonrpc: "2.0", id: number, method, params });
    return await promise;
  }

  /** Anything of the client's that wants no answer. */
  take(message: JSONRPCMessage): void {
    if ("method" in message && message.method === "notifications/cancelled") this.#cancel(message);
    else this.onmessage?.(message);
  }

  /** The call of the request that has this number here. */
  started(number: RequestId, call: CallId): void {
    this.#answers.get(number)?.started(call);
  }

  /** Tells once the answer to the request of this number was written to its client. */
  onWritten(number: RequestId, listener: () => void): void {
    this.#answers.get(number)?.onWritten(listener);
  }

  /** The client reads the answer to this request elsewhere from now on. */
  handOver(cursor: { request: RequestId; call: CallId }): void {
    for (const answering of this.#answers.values())
      if (answering.call === cursor.call && answering.request === cursor.request) answering.handOver();
  }

  /** Where what belongs to no request goes; the newest stream gets it. */
  attach(stream: Standalone): Disposable {
    this.#standalone = stream;
    return {
      [Symbol.dispose]: () => {
        if (this.#standalone === stream) this.#standalone = undefined;
      },
    };
  }

  /** To the stream that the message belongs to; a question that nobody would read is refused, a note is dropped. */
  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (!("method" in message)) {
      this.#answer(message);
      return;
    }
    const related = options?.relatedRequestId;
    const stream = related === undefined ? this.#standalone : (this.#answers.get(related) ?? this.#own.get(related));
    if (stream !== undefined) await stream.tell(message);
    else if ("id" in message) throw new Error("Cannot ask the client: it reads no stream, expected one");
  }

  async close(): Promise<void> {
    for (const answering of this.#answers.values()) answering.handOver();
    this.#answers.clear();
    this.onclose?.();
  }

  #answer(message: Extract<JSONRPCMessage, { id?: unknown }>): void {
    const { id } = message;
    if (id === undefined) return;
    const answered = this.#answers.get(id) ?? this.#own.get(id);
    this.#answers.delete(id);
    this.#own.delete(id);
    answered?.answer(message);
  }

  /** Whoever answers that request stops, over whichever connections it does. */
  #cancel(message: JSONRPCNotification): void {
    for (const [number, answering] of this.#answers) {
      if (answering.request !== message.params?.["requestId"]) continue;
      this.#answers.delete(number);
      this.onmessage?.({ ...message, params: { ...message.params, requestId: number } });
      answering.cancelled();
    }
  }

  #next(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }
}
