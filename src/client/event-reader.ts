import { isEnding } from "../protocol/endings.ts";
import { type CallEvent, type CallGap, startsOver } from "../protocol/events.ts";

interface Item {
  what: CallEvent | CallGap;
  bytes: number;
  /** Where the reader stands once it was consumed. */
  seq: number;
}

/** A gap has no type: `"type" in item` tells them apart. */
export type EventOrGap = CallEvent | CallGap;

/**
 * One consumer of a call's events: each comes once and in order, and counts as consumed when the next one is
 * asked for. What it holds is what the server may send unacknowledged.
 */
export class EventReader implements AsyncIterableIterator<EventOrGap> {
  /** The last number consumed. */
  consumed: number;
  readonly #onConsumed: (bytes: number) => void;
  readonly #onReturn: () => void;
  #items: Item[] = [];
  #inHand: Item | undefined;
  /** The number that may come next. */
  #next: number;
  #state: "open" | "complete" | "done" = "open";
  #failure: unknown;
  #wake: (() => void) | undefined;

  constructor(parts: { after: number; onConsumed: (bytes: number) => void; onReturn: () => void }) {
    this.consumed = parts.after;
    this.#next = parts.after + 1;
    this.#onConsumed = parts.onConsumed;
    this.#onReturn = parts.onReturn;
  }

  /** The last number the consumer was given. */
  get position(): number {
    return Math.max(this.consumed, this.#inHand?.seq ?? 0);
  }

  /** Whether nothing more needs to come: the terminal event is here. */
  get isComplete(): boolean {
    return this.#state !== "open";
  }

  /** An event off the wire; one that came before, or ahead of its turn after a rewind, is not taken. */
  push(event: CallEvent, bytes: number): void {
    const from = event.from ?? event.seq;
    if (this.#state !== "open" || from > this.#next || event.seq < this.#next) return;
    this.#next = event.seq + 1;
    this.#items.push({ what: event, bytes, seq: event.seq });
    if (isEnding(event.type)) this.#state = "complete";
    this.#ring();
  }

  gap(gap: CallGap): void {
    if (this.#state !== "open") return;
    if (startsOver(gap)) {
      this.#items = [];
      this.#inHand = undefined;
      this.consumed = 0;
      this.#next = 1;
      this.#items.push({ what: gap, bytes: 0, seq: 0 });
    } else if (gap.to >= this.#next && gap.from <= this.#next) {
      this.#items.push({ what: { ...gap, from: this.#next }, bytes: 0, seq: gap.to });
      this.#next = gap.to + 1;
    }
    this.#ring();
  }

  /** The call has ended at `head`: who stands there gets nothing more. */
  endsAt(head: number): void {
    if (this.#state !== "open" || this.#next <= head) return;
    this.#state = "complete";
    this.#ring();
  }

  /** The connection is gone: what was not consumed comes again. */
  rewind(): void {
    if (this.#state !== "open") return;
    this.#items = this.#items.filter(({ what }) => !("type" in what) && startsOver(what));
    this.#next = this.position + 1;
  }

  fail(error: unknown): void {
    if (this.#state === "complete") return;
    this.#failure = error;
    this.#ring();
  }

  async next(): Promise<IteratorResult<EventOrGap, undefined>> {
    this.#consume();
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) {
        this.#inHand = item;
        return { done: false, value: item.what };
      }
      if (this.#state !== "open") return this.return();
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Leaving a loop consumes what is in hand. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#consume();
    if (this.#state !== "done") {
      this.#state = "done";
      this.#onReturn();
    }
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #consume(): void {
    const item = this.#inHand;
    if (item === undefined) return;
    this.#inHand = undefined;
    this.consumed = item.seq;
    this.#onConsumed(item.bytes);
  }

  #ring(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
