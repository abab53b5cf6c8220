import type { Wire } from "./wire.ts";

/** Something that has messages to send: a cursor into a journal or an output. */
export interface Source {
  /** Sends about one turn's worth. `parked` sources are not asked again before they are woken. */
  turn(wire: Wire): "more" | "parked";
}

/** Above this nothing more is handed to the socket; below half of it sending goes on. */
const highWaterBytes = 64 * 1024;
const lowWaterBytes = highWaterBytes / 2;
/** What one connection may send before the others have their turn. */
const bytesARun = 512 * 1024;
/** Replies that have left are let go of in lots of this size. */
const keptReplies = 1024;

/**
 * The only one that sends on a connection: replies first, then events, then byte streams, each source in
 * turn. It stops while the socket holds more than 64 KiB, so a reader that stops costs that and no more.
 */
export class Pump {
  readonly #wire: Wire;
  readonly #onRelief: () => void;
  readonly #onRest: () => void;
  #replies: string[] = [];
  #nextReply = 0;
  #replyBytes = 0;
  /** Sets are queues here: in order of waking, each source once. */
  #events: Set<Source> | undefined;
  #streams: Set<Source> | undefined;
  #scheduled = false;
  #blocked = false;
  #closed = false;

  /** `onRelief` runs after replies have left, `onRest` when nothing more is to be sent for now. */
  constructor(parts: { wire: Wire; onRelief: () => void; onRest: () => void }) {
    this.#wire = parts.wire;
    this.#onRelief = parts.onRelief;
    this.#onRest = parts.onRest;
  }

  /** Replies that the socket did not take yet. */
  get backlog(): { count: number; bytes: number } {
    return { count: this.#replies.length - this.#nextReply, bytes: this.#replyBytes };
  }

  reply(message: string): void {
    if (this.#closed) return;
    this.#replies.push(message);
    this.#replyBytes += message.length;
    this.#schedule();
  }

  wakeEvents(source: Source): void {
    if (this.#closed) return;
    this.#events ??= new Set();
    this.#events.add(source);
    this.#schedule();
  }

  wakeStream(source: Source): void {
    if (this.#closed) return;
    this.#streams ??= new Set();
    this.#streams.add(source);
    this.#schedule();
  }

  forget(source: Source): void {
    this.#events?.delete(source);
    this.#streams?.delete(source);
  }

  /** The socket has taken something. */
  sent(): void {
    if (!this.#blocked || this.#wire.unsentBytes > lowWaterBytes) return;
    this.#blocked = false;
    this.#schedule();
  }

  /** Looks at once whether there is something to send; if not, `onRest` runs. */
  rest(): void {
    if (!this.#closed) this.#schedule();
  }

  /** Hands all replies to the socket and stops for good. */
  close(): void {
    if (this.#closed) return;
    this.#wire.together(() => {
      while (this.#sendReply());
    });
    this.#closed = true;
    this.#events?.clear();
    this.#streams?.clear();
  }

  /** Once a turn of the event loop, so that all that became ready in it leaves in one write. */
  #schedule(): void {
    if (this.#scheduled || this.#blocked) return;
    this.#scheduled = true;
    setImmediate(this.#run);
  }

  readonly #run = (): void => {
    this.#scheduled = false;
    if (this.#closed) return;
    const hadReplies = this.#replies.length > 0;
    const until = this.#wire.takenBytes + bytesARun;
    let more = true;
    while (more && this.#wire.unsentBytes <= lowWaterBytes && this.#wire.takenBytes < until)
      this.#wire.together(() => {
        more = this.#fill();
      });
    if (hadReplies) this.#onRelief();
    if (!more) this.#onRest();
    if (!more || this.#closed) return;
    this.#blocked = this.#wire.unsentBytes > lowWaterBytes;
    this.#schedule();
  };

  /** Answers whether something is left to send. */
  #fill(): boolean {
    while (this.#wire.unsentBytes <= highWaterBytes)
      if (!this.#sendReply() && !this.#turn(this.#events) && !this.#turn(this.#streams)) return false;
    return true;
  }

  #sendReply(): boolean {
    const message = this.#replies[this.#nextReply];
    if (message === undefined) return false;
    this.#nextReply += 1;
    this.#replyBytes -= message.length;
    if (this.#nextReply === this.#replies.length || this.#nextReply === keptReplies) {
      this.#replies = this.#replies.slice(this.#nextReply);
      this.#nextReply = 0;
    }
    this.#wire.text(message);
    return true;
  }

  #turn(queue: Set<Source> | undefined): boolean {
    for (const source of queue ?? []) {
      queue?.delete(source);
      if (source.turn(this.#wire) === "more") queue?.add(source);
      return true;
    }
    return false;
  }
}
