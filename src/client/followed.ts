import { isEnding } from "../protocol/endings.ts";
import type { CallEvent, CallGap } from "../protocol/events.ts";
import { Fault } from "../protocol/fault.ts";
import { encodeFrame, type Frame } from "../protocol/frames.ts";
import type { CallId } from "../protocol/ids.ts";
import type { MethodResult } from "../protocol/methods.ts";
import { hasEnded } from "../protocol/phase.ts";
import { EventReader } from "./event-reader.ts";
import { OutcomeUnknown } from "./outcome-unknown.ts";
import { Output } from "./output.ts";
import type { Requests } from "./requests.ts";
import type { Timers } from "./socket.ts";

/** Acknowledged at once beyond this, otherwise a little later: one message for many events. */
const ackEvents = 128;
const ackBytes = 128 * 1024;
const ackLaterMs = 50;

/** What reading one call needs of its client. */
export interface FollowedParts {
  call: CallId;
  requests: Requests;
  timers: Timers;
  /** Sends now, or answers that it cannot: an acknowledgement that is not sent is made good by the next following. */
  send: (message: string | Uint8Array<ArrayBuffer>) => boolean;
  /** The history that the server shows now. */
  epoch: () => string | undefined;
  /** The number under which output frames of this call come is another one, or there is none. */
  onStream: (followed: Followed, numbers: { was: number | undefined; is: number | undefined }) => void;
  /** Nobody reads it any more; `open` says that the server's cursor is still there. */
  onIdle: (followed: Followed, cursor: "open" | "ended") => void;
  /** The history that the reader's numbers belong to, where it knows. */
  since: string | undefined;
  /** Aborts when the client ends. */
  signal: AbortSignal;
}

/** All that this client reads of one call: its readers share one cursor of the server, and go on after a cut where each one stands. */
export class Followed {
  readonly call: CallId;
  readonly #parts: FollowedParts;
  readonly #readers = new Set<EventReader>();
  #output: Output | undefined;
  #stream: number | undefined;
  /** The history that the readers' numbers belong to. */
  #epoch: string | undefined;
  /** Whether somebody reads the output; before that it is only kept, as far as the window goes. */
  #isClaimed = false;
  #sawEnding = false;
  #hold = false;
  #isAsked = false;
  #acked = 0;
  #bytes = 0;
  #later: Disposable | undefined;

  constructor(parts: FollowedParts) {
    this.#parts = parts;
    this.call = parts.call;
    this.#epoch = parts.since ?? parts.epoch();
  }

  /** The server's cursor was begun together with the call: what it sends is kept for who will ask for it. */
  begun(stream: number | undefined): EventReader {
    this.#isAsked = true;
    this.#setStream(stream);
    this.#output = this.#newOutput(0);
    // A call that is over already, and had none.
    if (stream === undefined) this.#output.take({ type: "fin", stream: 0, offset: 0, code: null, signal: 0 });
    return this.#reader(0);
  }

  /** One more reader, behind `after`: the server's cursor goes back to it, and the others are not told twice. */
  read(after: number, options: { hold: boolean }): EventReader {
    this.#hold ||= options.hold;
    const reader = this.#reader(after);
    this.#ask();
    return reader;
  }

  /** One output a call: its bytes are acknowledged by one consumer. */
  readOutput(offset: number): Output {
    if (this.#output !== undefined && !this.#isClaimed && offset === 0) {
      this.#isClaimed = true;
      // Another reader, or a cut, has set the cursor anew while nobody wanted the output.
      if (this.#stream === undefined && !this.#output.isComplete) this.#ask();
      return this.#output;
    }
    if (this.#isReadingOutput) throw new Error(`The output of ${this.call} is being read already`);
    const output = this.#newOutput(offset);
    this.#output = output;
    this.#isClaimed = true;
    this.#ask();
    return output;
  }

  /** An event off the wire, for each reader that has not seen it. Where nobody reads it is consumed. */
  event(event: CallEvent, bytes: number): void {
    for (const reader of this.#readers) reader.push(event, bytes);
    if (isEnding(event.type)) this.#sawEnding = true;
    if (this.#readers.size === 0 && event.seq - this.#acked >= ackEvents) this.#ackNow(event.seq);
  }

  /** A gap off the wire. An output of which something was consumed cannot go on in another history: `output.unknown`. */
  gap(gap: CallGap): void {
    if (gap.reason === "epoch") {
      this.#epoch = this.#parts.epoch();
      if ((this.#output?.consumed ?? 0) > 0)
        this.#output?.fail(
          new Fault(
            "output.unknown",
            `Cannot read on: the output of ${this.call} is of another history, expected the one before`,
          ),
        );
    }
    if (gap.reason === "deleted") this.#sawEnding = true;
    for (const reader of this.#readers) reader.gap(gap);
  }

  /** A piece of the output off the wire; behind `fin` there is no stream. */
  frame(frame: Extract<Frame, { type: "data" | "fin" | "hole" }>): void {
    this.#output?.take(frame);
    if (frame.type === "fin") this.#setStream(undefined);
  }

  /** The connection is gone, and the server's cursor with it. */
  down(): void {
    this.#isAsked = false;
    this.#setStream(undefined);
    this.#later?.[Symbol.dispose]();
    this.#later = undefined;
  }

  /** Goes on where each reader stands. */
  opened(): void {
    if (!this.#isAsked) this.#ask();
  }

  /** There will be no other connection: every reader is told why. */
  end(error: unknown): void {
    this.#later?.[Symbol.dispose]();
    for (const reader of this.#readers) reader.fail(error);
    this.#output?.fail(error);
  }

  get #isReadingOutput(): boolean {
    return this.#isClaimed && this.#output?.isComplete === false;
  }

  #newOutput(offset: number): Output {
    return new Output({
      offset,
      acknowledge: (consumed) => this.#acknowledge(consumed),
      onReturn: () => this.#left(),
    });
  }

  #reader(after: number): EventReader {
    const reader: EventReader = new EventReader({
      after,
      onConsumed: (bytes) => this.#consumed(bytes),
      onReturn: () => {
        this.#readers.delete(reader);
        this.#left();
      },
    });
    this.#readers.add(reader);
    return reader;
  }

  /** The server's cursor is set anew, to the reader that is furthest behind. */
  #ask(): void {
    const open = [...this.#readers].filter((reader) => !reader.isComplete);
    const output = this.#isReadingOutput ? this.#output : undefined;
    if (open.length === 0 && output === undefined) return;
    this.#isAsked = true;
    for (const reader of open) reader.rewind();
    output?.rewind();
    this.#setStream(undefined);
    const done = [...this.#readers].map(({ consumed }) => consumed);
    const after =
      open.length === 0 ? Math.max(0, this.#acked, ...done) : Math.min(...open.map((reader) => reader.position));
    this.#acked = after;
    this.#bytes = 0;
    const params = { call: this.call, after, hold: this.#hold };
    const { requests, signal } = this.#parts;
    requests
      .ask(
        {
          method: "call.follow",
          params: {
            ...params,
            ...(this.#epoch === undefined ? {} : { epoch: this.#epoch }),
            ...(output === undefined ? {} : { offset: output.position }),
          },
          onResult: (result) => this.#begun(result, output),
        },
        signal,
      )
      .catch((error: unknown) => {
        // After a cut the next connection asks again by itself.
        if (!(error instanceof OutcomeUnknown)) this.end(error);
      });
  }

  /** `output` is the one that was asked for, if any was: another that came meanwhile has its own answer. */
  #begun({ head, phase, stream }: MethodResult<"call.follow">, output: Output | undefined): void {
    this.#epoch ??= this.#parts.epoch();
    this.#setStream(stream);
    if (stream === undefined)
      output?.fail(
        new Fault(
          "output.unknown",
          `Cannot read the output of ${this.call}: it has none, or not any more, expected a command`,
        ),
      );
    if (!hasEnded(phase)) return;
    if (this.#acked >= head) this.#sawEnding = true;
    for (const reader of this.#readers) reader.endsAt(head);
  }

  #setStream(stream: number | undefined): void {
    const was = this.#stream;
    this.#stream = stream;
    this.#parts.onStream(this, { was, is: stream });
  }

  #acknowledge(offset: number): void {
    if (this.#stream === undefined) return;
    this.#parts.send(encodeFrame({ type: "ack", stream: this.#stream, offset }) as Uint8Array<ArrayBuffer>);
  }

  #consumed(bytes: number): void {
    this.#bytes += bytes;
    const seq = this.#slowest();
    if (seq === undefined || seq <= this.#acked) return;
    if (seq - this.#acked >= ackEvents || this.#bytes >= ackBytes) this.#ackNow(seq);
    else this.#later ??= this.#parts.timers.timer(ackLaterMs, () => this.#ackLate());
  }

  #ackLate(): void {
    this.#later = undefined;
    const seq = this.#slowest();
    if (seq !== undefined && seq > this.#acked) this.#ackNow(seq);
  }

  #ackNow(seq: number): void {
    this.#later?.[Symbol.dispose]();
    this.#later = undefined;
    this.#bytes = 0;
    this.#acked = this.#sendAck(seq);
  }

  #sendAck(seq: number): number {
    if (this.#isAsked)
      this.#parts.send(`{"jsonrpc":"2.0","method":"call.ack","params":{"call":"${this.call}","seq":${seq}}}`);
    return seq;
  }

  /** How far everybody has come who still waits for events; nothing is owed once the ending is here. */
  #slowest(): number | undefined {
    let slowest: number | undefined;
    for (const { isComplete, consumed } of this.#readers)
      if (!isComplete) slowest = Math.min(slowest ?? consumed, consumed);
    return slowest;
  }

  #left(): void {
    if (this.#readers.size > 0 || this.#isReadingOutput) return;
    this.#later?.[Symbol.dispose]();
    this.#later = undefined;
    const cursor = this.#sawEnding && this.#stream === undefined ? "ended" : "open";
    this.#setStream(undefined);
    this.#parts.onIdle(this, cursor);
  }
}
