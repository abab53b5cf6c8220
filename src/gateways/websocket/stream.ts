import type { Exit, LogView, OutputLog, Piece } from "../../core/processes/output-log.ts";
import { Fault } from "../../protocol/fault.ts";
import { dataHeader, encodeFrame } from "../../protocol/frames.ts";
import type { CallId } from "../../protocol/ids.ts";
import { packed } from "./packed.ts";
import type { Pump, Source } from "./pump.ts";
import {
  type OutputBudget,
  openStreamWindow,
  type StreamWindow,
  streamAcked,
  streamCredit,
  streamSent,
} from "./stream-window.ts";
import type { Wire } from "./wire.ts";

/** How much of one output is sent before the next has its turn. */
const turnBytes = 64 * 1024;
/** A writer that is further ahead need not hurry for this reader: what it adds would only have to be read from the disk. */
const nearBytes = 128 * 1024;

const noExit: Exit = { code: null, signal: 0 };

export interface StreamParts {
  number: number;
  call: CallId;
  offset: number;
  /** Whether the log may be there already; otherwise the journal says when it begins. */
  begins: "now" | "later";
  outputs: OutputLog;
  pump: Pump;
  budget: OutputBudget;
  /** Told how far the reader has consumed. */
  onConsumed: (offset: number) => void;
  onFinish: () => void;
  onBug: (error: unknown) => void;
}

/**
 * One reader's cursor into the output of a call. It reads only what the reader has credit for, at most one
 * turn ahead of the socket, and always ends with FIN.
 */
export class Stream implements Source, Disposable {
  readonly number: number;
  readonly #parts: StreamParts;
  #window: StreamWindow;
  #state: "waiting" | "reading" | "finished" | "closed" = "waiting";
  #callEnded = false;
  #length = 0;
  /** Read and not sent yet. */
  #pieces: Piece[] = [];
  #busy = false;
  /** Something came while it was busy. */
  #hinted = false;
  #hungry = false;
  #fin: { offset: number; exit: Exit } | undefined;
  #view: LogView | undefined;
  readonly #held = new DisposableStack();

  constructor(parts: StreamParts) {
    this.#parts = parts;
    this.number = parts.number;
    this.#window = openStreamWindow(parts.offset);
  }

  get isFinished(): boolean {
    return this.#state === "finished";
  }

  begin(): void {
    if (this.#parts.begins === "now") this.logBegun();
  }

  /** The call has an output now. */
  logBegun(): void {
    if (this.#state === "waiting") this.#open();
    else this.wake();
  }

  /** How long the output is, said by the journal: known also where the log itself is gone. */
  lengthTold(length: number): void {
    this.#length = length;
  }

  /** Nothing writes any more: what is there now is all. */
  callEnded(): void {
    if (this.#callEnded) return;
    this.#callEnded = true;
    if (this.#state === "waiting") this.#fin = { offset: this.#window.offset, exit: noExit };
    this.wake();
  }

  /** Answers whether the reader may know of `offset`. */
  ack(offset: number): boolean {
    const window = streamAcked(this.#window, offset);
    if (window === undefined) return false;
    this.#window = window;
    this.#parts.onConsumed(offset);
    this.wake();
    return true;
  }

  readonly wake = (): void => {
    if (this.#busy) this.#hinted = true;
    else if (this.#state !== "closed") this.#parts.pump.wakeStream(this);
  };

  turn(wire: Wire): "more" | "parked" {
    if (this.#busy || this.#state === "closed" || this.#state === "finished") return "parked";
    for (const piece of packed(this.#pieces)) this.#sendPiece(piece, wire);
    this.#pieces = [];
    if (this.#fin !== undefined) return this.#sendFin(this.#fin, wire);
    const credit = streamCredit(this.#window, this.#parts.budget.windowBytes);
    if (credit === 0) this.#setHungry(false);
    else if (this.#state === "reading") void this.#read(Math.min(credit, turnBytes));
    return "parked";
  }

  #open(): void {
    const { outputs, call, budget } = this.#parts;
    this.#held.use(budget.enter());
    this.#held.use(outputs.listen(call, this.wake));
    this.#held.defer(() => this.#setHungry(false));
    this.#state = "reading";
    this.wake();
  }

  async #read(maxBytes: number): Promise<void> {
    const { outputs, call } = this.#parts;
    this.#busy = true;
    this.#hinted = false;
    const callHadEnded = this.#callEnded;
    try {
      if (await this.#look()) this.#pieces = await outputs.read(call, this.#window.offset, maxBytes);
      if (this.#pieces.length === 0) await this.#atEnd(callHadEnded);
      else this.#keepNear();
    } catch (error) {
      this.#lost(error);
    }
    this.#busy = false;
    if (this.#state === "closed") this.#pieces = [];
    else if (this.#pieces.length > 0 || this.#fin !== undefined || this.#hinted) this.wake();
  }

  /** Whether there is a log; what is known of it is kept for when it goes. */
  async #look(): Promise<boolean> {
    const view = await this.#parts.outputs.view(this.#parts.call);
    if (view === undefined && this.#view !== undefined)
      throw new Fault("output.unknown", "Cannot read the output: it was removed meanwhile, expected it to be kept");
    this.#view = view;
    return view !== undefined;
  }

  /** A reader that fell behind lets the writer go at its own pace until it has come near again. */
  #keepNear(): void {
    const last = this.#pieces.at(-1);
    if (last === undefined || this.#view === undefined) return;
    const readTo = last.kind === "hole" ? last.to : last.offset + last.bytes.length;
    this.#setHungry(this.#view.end - readTo < nearBytes);
  }

  /** Nothing to read now: either nothing will follow, or the writer need not wait for this reader. */
  async #atEnd(callHadEnded: boolean): Promise<void> {
    const { offset } = this.#window;
    const hasLog = await this.#look();
    const { end, exit } = this.#view ?? { end: offset };
    const isOver = exit !== undefined || callHadEnded;
    if (isOver && end <= offset) this.#fin = { offset: end, exit: exit ?? noExit };
    else if (end > offset) this.#hinted = true;
    else if (hasLog) this.#setHungry(true);
  }

  /** The log is gone while it was read: what is missing is named, and the end told. */
  #lost(error: unknown): void {
    if (!(error instanceof Fault)) this.#parts.onBug(error);
    const { offset } = this.#window;
    const end = Math.max(offset, this.#length, this.#view?.end ?? 0);
    if (end > offset) this.#pieces = [{ kind: "hole", offset, to: end }];
    this.#fin = { offset: end, exit: this.#view?.exit ?? noExit };
  }

  #sendPiece(piece: Piece, wire: Wire): void {
    const { number } = this;
    if (piece.kind === "hole") {
      wire.frame(encodeFrame({ type: "hole", stream: number, offset: piece.offset, to: piece.to }));
      this.#window = streamSent(this.#window, piece.to);
    } else {
      wire.data(dataHeader(number, piece.offset, piece.channel), piece.bytes);
      this.#window = streamSent(this.#window, piece.offset + piece.bytes.length);
    }
  }

  #sendFin({ offset, exit }: { offset: number; exit: Exit }, wire: Wire): "parked" {
    this.#state = "finished";
    wire.frame(encodeFrame({ type: "fin", stream: this.number, offset, ...exit }));
    this.#held.dispose();
    this.#parts.onFinish();
    return "parked";
  }

  #setHungry(hungry: boolean): void {
    if (hungry === this.#hungry) return;
    this.#hungry = hungry;
    this.#parts.outputs.setHungry(this.#parts.call, this, hungry);
  }

  [Symbol.dispose](): void {
    this.#state = "closed";
    this.#pieces = [];
    this.#parts.pump.forget(this);
    this.#held.dispose();
  }
}
