/** Something that came: the consumer stands at `to` once it has consumed it. */
export interface Queued<T> {
  what: T;
  /** In the numbers of what is read: events, or bytes. */
  to: number;
  /** How much it takes of what may come unacknowledged. */
  bytes: number;
}

/** What a queue tells whoever owns it; it acknowledges. */
export interface ConsumedQueueParts<T> {
  /** Where the consumer stands at first. */
  at: number;
  /** The consumer is done with one thing. */
  onConsumed: (item: Queued<T>) => void;
  /** All that came is consumed, and the consumer waits for more. */
  onWait: () => void;
  /** Runs once: the consumer has left, has everything, or was told the failure. */
  onReturn: () => void;
}

/**
 * What one consumer is given, in order. A thing counts as consumed when the next one is asked for, or when the loop is
 * left. A failure is told, once, after what came before it.
 */
export class ConsumedQueue<T> implements AsyncIterableIterator<T, undefined> {
  readonly #parts: ConsumedQueueParts<T>;
  #items: Queued<T>[] = [];
  #inHand: Queued<T> | undefined;
  #consumed: number;
  #state: "open" | "complete" | "failed" | "done" = "open";
  #failure: unknown;
  #wake: (() => void) | undefined;

  constructor(parts: ConsumedQueueParts<T>) {
    this.#parts = parts;
    this.#consumed = parts.at;
  }

  /** Where the consumer stands after what it has consumed. */
  get consumed(): number {
    return this.#consumed;
  }

  /** Where the consumer stands after what it was given. */
  get position(): number {
    return Math.max(this.#consumed, this.#inHand?.to ?? 0);
  }

  /** Whether more may come. */
  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** What came behind what is here; nothing is taken once the queue is no longer open. */
  push(item: Queued<T>): void {
    if (this.#state !== "open") return;
    this.#items.push(item);
    this.#ring();
  }

  /** Drops what the consumer was not given yet, but for what `keeps` names. */
  drop(keeps: (what: T) => boolean = () => false): void {
    this.#items = this.#items.filter(({ what }) => keeps(what));
  }

  /** Everything is void, also what the consumer has in hand: it stands at `at`. */
  restart(at: number): void {
    this.#items = [];
    this.#inHand = undefined;
    this.#consumed = at;
  }

  /** Nothing comes after what is here. */
  complete(): void {
    this.#end("complete");
  }

  /** Nothing comes after what is here but this failure. */
  fail(error: unknown): void {
    if (this.#state === "open") this.#failure = error;
    this.#end("failed");
  }

  /** Consumes what is in hand and resolves with what is next, done at the end; rejects with the failure. One at a time. */
  async next(): Promise<IteratorResult<T, undefined>> {
    this.#consume();
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) {
        this.#inHand = item;
        return { done: false, value: item.what };
      }
      if (this.#state === "failed") {
        // A loop that is thrown out of does not come back to say that it has left.
        await this.return();
        throw this.#failure;
      }
      if (this.#state !== "open") return this.return();
      this.#parts.onWait();
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }

  /** The consumer leaves, and what it has in hand is consumed. Idempotent. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#consume();
    if (this.#state !== "done") {
      this.#state = "done";
      this.#parts.onReturn();
    }
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #end(state: "complete" | "failed"): void {
    if (this.#state !== "open") return;
    this.#state = state;
    this.#ring();
  }

  #consume(): void {
    const item = this.#inHand;
    if (item === undefined) return;
    this.#inHand = undefined;
    this.#consumed = item.to;
    this.#parts.onConsumed(item);
  }

  #ring(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
