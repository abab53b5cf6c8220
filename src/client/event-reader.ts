import { isEnding } from "../protocol/endings.ts";
import { type CallEvent, type CallGap, startsOver } from "../protocol/events.ts";
import { ConsumedQueue } from "./consumed-queue.ts";

/** A gap has no type: `"type" in item` tells them apart. */
export type EventOrGap = CallEvent | CallGap;

/** One consumer of a call's events: each comes once and in order. What it holds is what the server may send unacknowledged. */
export class EventReader implements AsyncIterableIterator<EventOrGap, undefined> {
  readonly #queue: ConsumedQueue<EventOrGap>;
  /** The number that may come next. */
  #next: number;

  constructor(parts: { after: number; onConsumed: (bytes: number) => void; onReturn: () => void }) {
    const { after, onConsumed, onReturn } = parts;
    this.#next = after + 1;
    this.#queue = new ConsumedQueue({
      at: after,
      onConsumed: ({ bytes }) => onConsumed(bytes),
      onWait: () => {},
      onReturn,
    });
  }

  /** The last number consumed. */
  get consumed(): number {
    return this.#queue.consumed;
  }

  /** The last number the consumer was given. */
  get position(): number {
    return this.#queue.position;
  }

  /** Whether nothing more needs to come: the terminal event is here, or the reading has failed. */
  get isComplete(): boolean {
    return !this.#queue.isOpen;
  }

  /** An event off the wire; one that came before, or ahead of its turn after a rewind, is not taken. */
  push(event: CallEvent, bytes: number): void {
    const from = event.from ?? event.seq;
    if (this.isComplete || from > this.#next || event.seq < this.#next) return;
    this.#next = event.seq + 1;
    this.#queue.push({ what: event, to: event.seq, bytes });
    if (isEnding(event.type)) this.#queue.complete();
  }

  /**
   * What does not come, told as far as this reader has not seen it. One that says that the history is another voids
   * what is here, and events begin at 1 again; behind one that says that the call was deleted comes nothing.
   */
  gap(gap: CallGap): void {
    if (this.isComplete) return;
    if (gap.reason === "deleted") {
      const to = Math.max(gap.to, this.#next);
      this.#queue.push({ what: { ...gap, from: this.#next, to }, to, bytes: 0 });
      this.#queue.complete();
    } else if (startsOver(gap)) {
      this.#queue.restart(0);
      this.#queue.push({ what: gap, to: 0, bytes: 0 });
      this.#next = 1;
    } else if (gap.to >= this.#next && gap.from <= this.#next) {
      this.#queue.push({ what: { ...gap, from: this.#next }, to: gap.to, bytes: 0 });
      this.#next = gap.to + 1;
    }
  }

  /** The call has ended at `head`: who stands there gets nothing more. */
  endsAt(head: number): void {
    if (this.#next > head) this.#queue.complete();
  }

  /** The connection is gone: what was not consumed comes again. */
  rewind(): void {
    if (this.isComplete) return;
    this.#queue.drop((what) => !("type" in what) && startsOver(what));
    this.#next = this.position + 1;
  }

  /** Told once, behind what has come. */
  fail(error: unknown): void {
    this.#queue.fail(error);
  }

  /** As of a `ConsumedQueue`: asking for the next consumes the one before. */
  next(): Promise<IteratorResult<EventOrGap, undefined>> {
    return this.#queue.next();
  }

  /** Leaving a loop consumes what is in hand. */
  return(): Promise<IteratorReturnResult<undefined>> {
    return this.#queue.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
