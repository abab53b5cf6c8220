import type { ServerResponse } from "node:http";
import type { JSONRPCMessage, ProgressToken, RequestId } from "@modelcontextprotocol/server";
import { Cancelled, Stop } from "../../../base/abort.ts";
import type { Clock } from "../../../base/clock.ts";
import type { CallId } from "../../../protocol/ids.ts";
import { EventStream, eventText } from "../../answers/event-stream.ts";
import type { Begun } from "../begun-call.ts";
import { sendMessage, sendRpcError, sendTaken } from "./rpc-answer.ts";
import { eventId, type StreamCursor } from "./stream-cursor.ts";

export interface AnsweringParts {
  response: ServerResponse;
  /** The id that the client gave its request. */
  request: RequestId;
  progressToken?: ProgressToken;
  /** Where a stream goes on that was cut. */
  from?: StreamCursor;
  /** `primed`: events, and an empty one that carries the position is understood. */
  reads: "json" | "events" | "primed";
  clock: Clock;
  epoch: string;
}

/** After so long without an answer a stream is begun, so that the client has a position to come back to. */
const primeAfterMs = 250;
const retryMs = 1000;
const sessionEnded = {
  status: 404,
  code: -32001,
  message: "Cannot answer: the session has ended meanwhile, expected a new initialize",
};

/**
 * The answer to one request of a session: JSON, or events from the first message before it on. A client that
 * goes away detaches it: what it would have been told is in the call's journal, and the position it holds says
 * from where on.
 */
export class Answering {
  readonly request: RequestId;
  /** The client has cancelled its request. */
  readonly stop = new Stop();
  /** What was begun for the request before a server object saw it. */
  begun: Begun | undefined;
  readonly #parts: AnsweringParts;
  #over: PromiseWithResolvers<void> | undefined;
  #cursor: StreamCursor | undefined;
  #stream: EventStream | undefined;
  #prime: Disposable | undefined;
  #isOver = false;
  #isAnswered = false;

  constructor(parts: AnsweringParts) {
    this.request = parts.request;
    this.#parts = parts;
    this.#cursor = parts.from;
    if (parts.from !== undefined) this.#stream = new EventStream(parts);
  }

  /** The call that stands behind the request, once there is one. */
  get call(): CallId | undefined {
    return this.#cursor?.call;
  }

  /** Resolves when nothing more is written. */
  get over(): Promise<void> {
    this.#over ??= Promise.withResolvers();
    if (this.#isOver) this.#over.resolve();
    return this.#over.promise;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** From now on a client that was cut can go on with the call where it stopped. */
  started(call: CallId): void {
    const { request, progressToken, reads, clock } = this.#parts;
    this.#cursor = { request, call, seq: 0, ...(progressToken === undefined ? {} : { progressToken }) };
    if (reads === "primed" && !this.#isOver) this.#prime = clock.timer(primeAfterMs, () => this.#begin());
  }

  /** Tells once the answer was written; never where nobody read any more. */
  onWritten(listener: () => void): void {
    const { response } = this.#parts;
    response.once("finish", () => {
      if (this.#isAnswered && !response.destroyed) listener();
    });
  }

  /** A message before the answer. Resolves once the client's socket has room. */
  async tell(message: JSONRPCMessage): Promise<void> {
    if (this.#isOver) return;
    if (this.#parts.reads === "json") {
      if ("id" in message) throw new Error("Cannot ask this client: it reads no events, expected Accept to name them");
      return;
    }
    this.#reached(message);
    await this.#begin().send(this.#event(message));
  }

  /** Ends the response, under the id that the client gave its request. Without effect once it is over. */
  answer(message: JSONRPCMessage): void {
    if (this.#isOver) return;
    const theirs = { ...message, id: this.request } as JSONRPCMessage;
    this.#isAnswered = true;
    if (this.#stream === undefined) sendMessage(this.#parts.response, 200, theirs);
    else this.#stream.end(this.#event(theirs));
    this.#end();
  }

  /** The client has cancelled its request: it expects no answer. */
  cancelled(): void {
    if (this.#isOver) return;
    this.stop.decide(new Cancelled("caller"));
    if (this.#stream === undefined) sendTaken(this.#parts.response);
    else this.#stream.end();
    this.#end();
  }

  /** Nothing more comes here: the client reads on elsewhere, or its session has ended. */
  handOver(): void {
    if (this.#isOver) return;
    if (this.#stream === undefined) sendRpcError(this.#parts.response, sessionEnded, this.request);
    else this.#stream.end();
    this.#end();
  }

  /** Nobody reads any more. */
  detach(): void {
    this.#end();
  }

  #end(): void {
    this.#isOver = true;
    this.#prime?.[Symbol.dispose]();
    this.#stream?.[Symbol.dispose]();
    this.#over?.resolve();
  }

  #begin(): EventStream {
    if (this.#stream !== undefined) return this.#stream;
    this.#prime?.[Symbol.dispose]();
    this.#stream = new EventStream(this.#parts);
    if (this.#parts.reads === "primed" && this.#cursor !== undefined)
      void this.#stream.send(eventText({ ...this.#id(), retryMs, data: "" }));
    return this.#stream;
  }

  /** Notes how far in the journal this message leads. */
  #reached(message: JSONRPCMessage): void {
    const seq = "params" in message ? message.params?._meta?.["exai/seq"] : undefined;
    if (typeof seq === "number" && this.#cursor !== undefined) this.#cursor = { ...this.#cursor, seq };
  }

  #event(message: JSONRPCMessage): string {
    return eventText({ ...this.#id(), data: JSON.stringify(message) });
  }

  #id(): { id?: string } {
    return this.#cursor === undefined ? {} : { id: eventId(this.#parts.epoch, this.#cursor) };
  }
}
