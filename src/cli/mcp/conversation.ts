import { Fault } from "../../protocol/fault.ts";
import {
  cancelled,
  draining,
  fieldOf,
  isAnswer,
  isId,
  isOfDraining,
  isRequest,
  type Message,
  type MessageId,
  refusal,
  rpcCodes,
} from "./message.ts";
import { Standing } from "./standing.ts";
import { type Unanswered, UnansweredRequests } from "./unanswered.ts";

export interface ConversationParts {
  /** A name that no other process has. */
  name: string;
  /** To the daemon. Resolves once it has it; rejects with a `Fault` where it refuses, with anything else after a cut. */
  send: (message: Message, nth?: number) => Promise<void>;
  /** To the client; `said` runs once it is out of our hands. */
  say: (message: Message, said?: () => void) => void;
  /** The daemon that is there now does not agree on what the client was told. */
  onStranger: (why: string) => void;
}

/** What the daemon has of the conversation: nothing, its beginning, or all of it. */
type State = "down" | "greeting" | "up";

/**
 * What client and daemon say to each other, over as many connections as it takes: after a cut the conversation is
 * begun again as the client began it, and what is unanswered is asked again under the number it had. The client
 * gets every answer once.
 */
export class Conversation {
  readonly #parts: ConversationParts;
  readonly #standing = new Standing();
  readonly #unanswered = new UnansweredRequests();
  /** What the server has asked and the client not answered. */
  readonly #asked = new Set<MessageId>();
  /** What is asked on nobody's behalf, by id. */
  readonly #own = new Map<MessageId, (answer: Message) => void>();
  #state: State = "down";
  #connections = 0;
  #lastOwn = 0;

  constructor(parts: ConversationParts) {
    this.#parts = parts;
  }

  /** Whether the client waits for something. */
  get isAwaited(): boolean {
    return this.#unanswered.isAwaited;
  }

  /** Whether the client is to get an answer also when it says nothing more. */
  get isOwed(): boolean {
    return this.#unanswered.isOwed;
  }

  get unanswered(): number {
    return this.#unanswered.size;
  }

  /** A message of the client's, and how long it was. */
  fromClient(message: Message, bytes: number): void {
    this.#standing.heard(message);
    if (isRequest(message)) this.#request(message, bytes);
    else if (isAnswer(message)) this.#answer(message);
    else if (message["method"] === "notifications/cancelled") this.#cancel(message);
    else if (this.#state === "up") this.#pass(message);
  }

  /** A message of the daemon's; `done` runs once it is out of our hands. */
  fromServer(message: Message, done: () => void): void {
    if (isAnswer(message)) {
      this.#answered(message, done);
      return;
    }
    if (isRequest(message)) this.#asked.add(message.id);
    else if (message["method"] === "notifications/cancelled") this.#asked.delete(requestIn(message));
    this.#parts.say(message, done);
  }

  /** There is a server that knows nothing yet. */
  opened(): void {
    this.#connections += 1;
    const { greeting } = this.#standing;
    if (greeting === undefined) {
      this.#goOn();
      return;
    }
    this.#state = "greeting";
    const { version } = this.#standing;
    this.#ask(greeting, (answer) => {
      const theirs = fieldOf(answer["result"], "protocolVersion");
      if (theirs === version) this.#greeted();
      else this.#parts.onStranger(`it speaks ${String(theirs)}, expected ${String(version)}`);
    });
  }

  /** The server is gone, with what it asked. */
  down(): void {
    this.#state = "down";
    this.#connections += 1;
    this.#own.clear();
    this.#unanswered.unsend();
    for (const id of this.#asked) this.#parts.say(cancelled(id, "The connection to the daemon was cut"));
    this.#asked.clear();
  }

  /** Tells the client of everything it waits for that there will be no answer. Calls that began are kept. */
  giveUp(fault: Fault): void {
    for (const { id } of this.#unanswered.takeAwaited()) this.#parts.say(refusal(id, fault));
  }

  /** The daemon is another one than before: what it offers may be too. */
  toolsChanged(): void {
    if (this.#standing.hearsOfTools) this.#parts.say({ jsonrpc: "2.0", method: "notifications/tools/list_changed" });
  }

  #request(message: Message & { id: MessageId }, bytes: number): void {
    const objection = this.#unanswered.add(message, bytes);
    if (objection !== undefined) this.#parts.say(refusal(message.id, objection));
    else if (this.#state === "up") this.#flow();
  }

  #answer(message: Message & { id: MessageId }): void {
    if (!this.#asked.delete(message.id) || this.#state !== "up") return;
    this.#parts.send(message).catch((error: unknown) => {
      // The server must not wait for what cannot be carried.
      if (error instanceof Fault) this.#pass(refusal(message.id, { code: rpcCodes.request, message: error.message }));
    });
  }

  #cancel(message: Message): void {
    const request = this.#unanswered.get(requestIn(message));
    if (request === undefined) return;
    if (!request.isBegun) {
      this.#unanswered.remove(request);
      return;
    }
    request.cancel = message;
    if (request.isSent && this.#state === "up") this.#sendCancel(request, message);
  }

  #sendCancel(request: Unanswered, cancel: Message): void {
    // Until the daemon has it, it is said again after a cut.
    const told = () => {
      this.#unanswered.remove(request);
      this.#flow();
    };
    this.#parts.send(cancel).then(told, (error: unknown) => {
      if (error instanceof Fault) told();
    });
  }

  #answered(message: Message & { id: MessageId }, done: () => void): void {
    const own = this.#own.get(message.id);
    const request = this.#unanswered.get(message.id);
    if (own !== undefined) {
      this.#own.delete(message.id);
      own(message);
    }
    // What the daemon that stops refuses waits for the next one, as what is unanswered does.
    if (request === undefined || request.cancel !== undefined || isOfDraining(message)) {
      done();
      return;
    }
    this.#unanswered.remove(request);
    if (request.message["method"] === "initialize") this.#standing.agreed(message["result"]);
    this.#parts.say(message, done);
    this.#flow();
  }

  #greeted(): void {
    const { notification, requests } = this.#standing.rest;
    if (notification !== undefined) this.#pass(notification);
    for (const request of requests) this.#ask(request, () => {});
    this.#goOn();
  }

  #goOn(): void {
    this.#state = "up";
    this.#flow();
  }

  /** Sends what may be sent now. */
  #flow(): void {
    if (this.#state !== "up") return;
    for (const request of this.#unanswered.sendable()) {
      request.isBegun = true;
      request.isSent = true;
      const connection = this.#connections;
      this.#parts.send(request.message, request.nth).catch((error: unknown) => {
        if (error instanceof Fault && connection === this.#connections) this.#refused(request, error);
      });
      if (request.cancel !== undefined) this.#sendCancel(request, request.cancel);
    }
  }

  #refused(request: Unanswered, fault: Fault): void {
    if (!this.#unanswered.has(request) || fault.code === draining) return;
    this.#unanswered.remove(request);
    if (request.cancel === undefined) this.#parts.say(refusal(request.id, fault));
    this.#flow();
  }

  /** Asks on nobody's behalf. */
  #ask(message: Message, onAnswer: (answer: Message) => void): void {
    const id = `${this.#parts.name}.${++this.#lastOwn}`;
    this.#own.set(id, onAnswer);
    this.#pass({ ...message, id });
  }

  /** Nothing waits for what it comes to: a cut takes it with everything else. */
  #pass(message: Message): void {
    this.#parts.send(message).catch(() => {});
  }
}

function requestIn({ params }: Message): MessageId {
  const request = fieldOf(params, "requestId");
  return isId(request) ? request : "";
}
