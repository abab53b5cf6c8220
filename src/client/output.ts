import { CHANNEL, type Frame, streamWindowBytes } from "../protocol/frames.ts";
import { ConsumedQueue } from "./consumed-queue.ts";

/**
 * A part of an output, in order: bytes of one channel, or a range that is gone. Offsets are in bytes and count over all
 * channels together. A terminal has `stdout` alone; `result` is reserved.
 */
export type OutputPiece =
  | { kind: "data"; channel: "stdout" | "stderr" | "result"; offset: number; bytes: Uint8Array }
  /** What policy threw away. */
  | { kind: "hole"; offset: number; to: number };

/** The end of an output, and how the program ended. */
export interface OutputEnd {
  /** All that was ever written, in bytes, holes included. */
  length: number;
  /** Null where a signal ended it, or there was no program. */
  code: number | null;
  /** The signal's number; 0 where none ended it. */
  signal: number;
}

type Incoming = Extract<Frame, { type: "data" | "fin" | "hole" }>;

const channels = { [CHANNEL.stdout]: "stdout", [CHANNEL.stderr]: "stderr" } as const;

/**
 * The output of a call, byte for byte and in order, over however many connections it takes. It is
 * acknowledged as it is consumed, so what is held here never exceeds the window.
 */
export class Output implements AsyncIterableIterator<OutputPiece, undefined> {
  /** Settles at the end of the output, which has to be read to get there. */
  readonly exit: Promise<OutputEnd>;
  readonly #queue: ConsumedQueue<OutputPiece>;
  readonly #acknowledge: (offset: number) => void;
  readonly #exit = Promise.withResolvers<OutputEnd>();
  /** The offset that comes next. */
  #next: number;
  #acked: number;
  #end: OutputEnd | undefined;

  constructor(parts: { offset: number; acknowledge: (offset: number) => void; onReturn: () => void }) {
    const { offset, acknowledge, onReturn } = parts;
    this.#next = offset;
    this.#acked = offset;
    this.#acknowledge = acknowledge;
    this.#queue = new ConsumedQueue({
      at: offset,
      onConsumed: () => this.#consumed(),
      onWait: () => this.#ack(),
      onReturn: () => {
        if (this.#end !== undefined) this.#exit.resolve(this.#end);
        onReturn();
      },
    });
    this.exit = this.#exit.promise;
    // Who does not ask for the exit is not to be stopped by its failure.
    this.exit.catch(() => {});
  }

  /** Everything before it was consumed. */
  get consumed(): number {
    return this.#queue.consumed;
  }

  /** The offset after what the consumer was given. */
  get position(): number {
    return this.#queue.position;
  }

  /** Whether nothing more needs to come. */
  get isComplete(): boolean {
    return !this.#queue.isOpen;
  }

  /** A frame off the wire; what does not follow the last one is not taken, it comes again. */
  take(frame: Incoming): void {
    if (this.isComplete) return;
    if (frame.type === "fin") {
      this.#end = { length: frame.offset, code: frame.code, signal: frame.signal };
      this.#queue.complete();
    } else if (frame.offset !== this.#next) return;
    else if (frame.type === "hole") this.#add({ kind: "hole", offset: frame.offset, to: frame.to }, frame.to);
    else if (frame.channel !== CHANNEL.none) {
      const { offset, payload } = frame;
      this.#add({ kind: "data", channel: channels[frame.channel], offset, bytes: payload }, offset + payload.length);
    }
  }

  /** The connection is gone: what was not consumed comes again. */
  rewind(): void {
    if (this.isComplete) return;
    this.#queue.drop();
    this.#next = this.position;
    this.#acked = this.position;
  }

  /** Told behind what has come, and by `exit`. */
  fail(error: unknown): void {
    if (this.isComplete) return;
    this.#queue.fail(error);
    this.#exit.reject(error);
  }

  /** The next piece; asking for it consumes the one before. */
  next(): Promise<IteratorResult<OutputPiece, undefined>> {
    return this.#queue.next();
  }

  /** Leaving a loop consumes what is in hand; `exit` settles only where the end had come by then. */
  return(): Promise<IteratorReturnResult<undefined>> {
    return this.#queue.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #add(piece: OutputPiece, to: number): void {
    this.#next = to;
    this.#queue.push({ what: piece, to, bytes: to - piece.offset });
  }

  /** A server may have given us as little as an eighth of the window; what is left over is acknowledged when we wait. */
  #consumed(): void {
    if (this.consumed - this.#acked >= streamWindowBytes / 4) this.#ack();
  }

  #ack(): void {
    if (this.consumed <= this.#acked || this.isComplete) return;
    this.#acked = this.consumed;
    this.#acknowledge(this.consumed);
  }
}
