import type { Clock } from "../../base/clock.ts";
import { endOf, OutputCursor, type Step } from "../../core/processes/output-cursor.ts";
import type { Excerpt, Exit, OutputLog, Piece } from "../../core/processes/output-log.ts";
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
  clock: Clock;
  /** Told how far the reader has consumed. */
  onConsumed: (offset: number) => void;
  onFinish: () => void;
  onBug: (error: unknown) => void;
}

/**
 * The output of a call on its way to one reader. It takes only what the reader has credit for, a turn at a time,
 * and always ends with FIN.
 */
export class Stream implements Source, Disposable {
  readonly number: number;
  readonly #parts: StreamParts;
  #window: StreamWindow;
  #state: "waiting" | "reading" | "finished" | "closed" = "waiting";
  #cursor: OutputCursor | undefined;
  #callEnded = false;
  #length = 0;
  /** While the disk is asked; what it answered, until it is sent. */
  #isLoading = false;
  #isHinted = false;
  #loaded: Step | undefined;
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
    this.wake();
  }

  /** Answers whether the reader may know of `offset`. */
  ack(offset: number): boolean {
    const window = streamAcked(this.#window, offset, this.#parts.clock.monotonicMs());
    if (window === undefined) return false;
    this.#window = window;
    this.#parts.onConsumed(offset);
    this.wake();
    return true;
  }

  readonly wake = (): void => {
    if (this.#isLoading) this.#isHinted = true;
    else if (this.#state !== "closed") this.#parts.pump.wakeStream(this);
  };

  turn(wire: Wire): "more" | "parked" {
    if (this.#isLoading || this.#state === "closed" || this.#state === "finished") return "parked";
    const loaded = this.#loaded;
    this.#loaded = undefined;
    if (loaded !== undefined) return this.#take(loaded, wire);
    if (this.#cursor === undefined)
      return this.#callEnded ? this.#end({ length: this.#window.offset, exit: noExit }, wire) : "parked";
    const credit = streamCredit(this.#window, this.#parts.budget.windowBytes);
    if (credit === 0) return "parked";
    const maxBytes = Math.min(credit, turnBytes);
    const step = this.#cursor.peek(maxBytes);
    if (step !== undefined) return this.#take(step, wire);
    void this.#load(this.#cursor, maxBytes);
    return "parked";
  }

  #open(): void {
    const { outputs, call, budget } = this.#parts;
    this.#held.use(budget.enter());
    this.#cursor = this.#held.use(new OutputCursor({ outputs, call, offset: this.#window.offset, onMore: this.wake }));
    this.#state = "reading";
    this.wake();
  }

  async #load(cursor: OutputCursor, maxBytes: number): Promise<void> {
    this.#isLoading = true;
    this.#isHinted = false;
    const callHadEnded = this.#callEnded;
    try {
      const step = await cursor.read(maxBytes);
      const isNews = step.kind === "data" || step.kind === "end" || callHadEnded;
      if (this.#state === "closed") letGo(step);
      else if (isNews) this.#loaded = step;
    } catch (error) {
      this.#loaded = this.#lost(error);
    }
    this.#isLoading = false;
    if (this.#loaded !== undefined || this.#isHinted) this.wake();
  }

  #take(step: Step, wire: Wire): "more" | "parked" {
    if (step.kind === "data") return this.#send(step.excerpt, wire);
    if (step.kind === "end") return this.#end(step, wire);
    // Nothing writes to it any more: there is no more.
    return this.#callEnded ? this.#end({ length: this.#window.offset, exit: noExit }, wire) : "parked";
  }

  /** The log is gone while it was read: its end is told as far as it is known. */
  #lost(error: unknown): Step {
    if (!(error instanceof Fault)) this.#parts.onBug(error);
    const view = this.#cursor?.view;
    const length = Math.max(this.#window.offset, this.#length, view?.end ?? 0);
    return { kind: "end", length, exit: view?.exit ?? noExit };
  }

  #send(excerpt: Excerpt, wire: Wire): "more" {
    const pieces = packed(excerpt.pieces);
    let open = pieces.length;
    const left = () => {
      open -= 1;
      if (open === 0) excerpt[Symbol.dispose]();
    };
    for (const piece of pieces) this.#sendPiece(piece, wire, left);
    return "more";
  }

  /** `left` runs once its bytes are ours again. */
  #sendPiece(piece: Piece, wire: Wire, left: () => void): void {
    const { number } = this;
    this.#window = streamSent(this.#window, endOf(piece), this.#parts.clock.monotonicMs());
    if (piece.kind === "data") wire.data(dataHeader(number, piece.offset, piece.channel), piece.bytes, left);
    else {
      wire.frame(encodeFrame({ type: "hole", stream: number, offset: piece.offset, to: piece.to }));
      left();
    }
  }

  #end({ length, exit }: { length: number; exit: Exit }, wire: Wire): "parked" {
    const { offset } = this.#window;
    // What is missing is named.
    if (length > offset) wire.frame(encodeFrame({ type: "hole", stream: this.number, offset, to: length }));
    return this.#sendFin({ offset: length, exit }, wire);
  }

  #sendFin({ offset, exit }: { offset: number; exit: Exit }, wire: Wire): "parked" {
    this.#state = "finished";
    wire.frame(encodeFrame({ type: "fin", stream: this.number, offset, ...exit }));
    this.#held.dispose();
    this.#parts.onFinish();
    return "parked";
  }

  [Symbol.dispose](): void {
    this.#state = "closed";
    letGo(this.#loaded);
    this.#parts.pump.forget(this);
    this.#held.dispose();
  }
}

function letGo(step: Step | undefined): void {
  if (step?.kind === "data") step.excerpt[Symbol.dispose]();
}
