import { CHANNEL, type Frame, streamWindowBytes } from "../protocol/frames.ts";

export type OutputPiece =
  | { kind: "data"; channel: "stdout" | "stderr" | "result"; offset: number; bytes: Uint8Array }
  /** What policy threw away. */
  | { kind: "hole"; offset: number; to: number };

/** The end of an output: its whole length, and how the program ended; no code where a signal did. */
export interface OutputEnd {
  length: number;
  code: number | null;
  signal: number;
}

type Incoming = Extract<Frame, { type: "data" | "fin" | "hole" }>;

const channels = { [CHANNEL.stdout]: "stdout", [CHANNEL.stderr]: "stderr", [CHANNEL.result]: "result" } as const;

/**
 * The output of a call, byte for byte and in order, over however many connections it takes. It is
 * acknowledged as it is consumed, so what is held here never exceeds the window.
 */
export class Output implements AsyncIterableIterator<OutputPiece> {
  /** Settles at the end of the output, which has to be read to get there. */
  readonly exit: Promise<OutputEnd>;
  /** Everything before it was consumed. */
  consumed: number;
  readonly #acknowledge: (offset: number) => void;
  readonly #onReturn: () => void;
  readonly #exit = Promise.withResolvers<OutputEnd>();
  #pieces: OutputPiece[] = [];
  #inHandTo: number | undefined;
  /** The offset that comes next. */
  #next: number;
  #acked: number;
  #end: OutputEnd | undefined;
  #state: "open" | "done" = "open";
  #failure: unknown;
  #wake: (() => void) | undefined;

  constructor(parts: { offset: number; acknowledge: (offset: number) => void; onReturn: () => void }) {
    this.consumed = parts.offset;
    this.#next = parts.offset;
    this.#acked = parts.offset;
    this.#acknowledge = parts.acknowledge;
    this.#onReturn = parts.onReturn;
    this.exit = this.#exit.promise;
    // Who does not ask for the exit is not to be stopped by its failure.
    this.exit.catch(() => {});
  }

  /** The offset after what the consumer was given. */
  get position(): number {
    return Math.max(this.consumed, this.#inHandTo ?? 0);
  }

  /** Whether nothing more needs to come. */
  get isComplete(): boolean {
    return this.#end !== undefined || this.#failure !== undefined || this.#state === "done";
  }

  take(frame: Incoming): void {
    if (this.isComplete) return;
    if (frame.type === "fin") this.#end = { length: frame.offset, code: frame.code, signal: frame.signal };
    else if (frame.offset !== this.#next) return;
    else if (frame.type === "hole") this.#add({ kind: "hole", offset: frame.offset, to: frame.to }, frame.to);
    else if (frame.channel !== CHANNEL.none) {
      const { offset, payload } = frame;
      this.#add({ kind: "data", channel: channels[frame.channel], offset, bytes: payload }, offset + payload.length);
    }
    this.#ring();
  }

  /** The connection is gone: what was not consumed comes again. */
  rewind(): void {
    if (this.isComplete) return;
    this.#pieces = [];
    this.#next = this.position;
    this.#acked = this.position;
  }

  fail(error: unknown): void {
    if (this.isComplete) return;
    this.#failure = error;
    this.#exit.reject(error);
    this.#ring();
  }

  async next(): Promise<IteratorResult<OutputPiece, undefined>> {
    this.#consume();
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        this.#inHandTo = piece.kind === "hole" ? piece.to : piece.offset + piece.bytes.length;
        return { done: false, value: piece };
      }
      if (this.#end !== undefined || this.#state === "done") return this.return();
      if (this.#failure !== undefined) {
        // A loop that is thrown out of does not come back to say that it has left.
        await this.return();
        throw this.#failure;
      }
      this.#ack();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#consume();
    if (this.#end !== undefined) this.#exit.resolve(this.#end);
    if (this.#state !== "done") {
      this.#state = "done";
      this.#onReturn();
    }
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #add(piece: OutputPiece, to: number): void {
    this.#pieces.push(piece);
    this.#next = to;
  }

  #consume(): void {
    if (this.#inHandTo === undefined) return;
    this.consumed = this.#inHandTo;
    this.#inHandTo = undefined;
    // A server may have given us as little as an eighth of the window; what is left over is acknowledged when we wait.
    if (this.consumed - this.#acked >= streamWindowBytes / 4) this.#ack();
  }

  #ack(): void {
    if (this.consumed <= this.#acked || this.isComplete) return;
    this.#acked = this.consumed;
    this.#acknowledge(this.consumed);
  }

  #ring(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
