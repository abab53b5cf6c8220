import { orAborted } from "../../base/abort.ts";
import type { Journal, WireEvent } from "../../core/calls/journal.ts";
import { isEnding } from "../../protocol/endings.ts";
import type { EventType } from "../../protocol/events.ts";
import type { CallId } from "../../protocol/ids.ts";

const batchBytes = 64 * 1024;
/** What says of a call that asked that it asks no more; others may stand behind a question that is open. */
const going: ReadonlySet<EventType> = new Set(["input.answered", "call.started", "call.cancelling"]);

/** What has come since the last look. `missed`: some of it is gone, and only the call itself knows how it stands. */
export interface Batch {
  events: readonly WireEvent[];
  state: "open" | "ended" | "missed";
}

/** Reads along with one call from a position on, until it is disposed. */
export class CallFollower implements Disposable {
  readonly #journal: Pick<Journal, "read">;
  readonly #call: CallId;
  readonly #listening: Disposable;
  #more = Promise.withResolvers<void>();
  #after: number;

  constructor(journal: Pick<Journal, "read" | "listen">, { call, after }: { call: CallId; after: number }) {
    this.#journal = journal;
    this.#call = call;
    this.#after = after;
    this.#listening = journal.listen(call, () => this.#more.resolve());
  }

  /** The next events, waited for where there are none; rejects with the signal's reason. */
  async next(signal: AbortSignal): Promise<Batch> {
    for (;;) {
      // Before the look: what is committed during it must not be slept over.
      this.#more = Promise.withResolvers<void>();
      const { events, gap, head } = await this.#journal.read(this.#call, this.#after, batchBytes);
      const last = events.at(-1);
      this.#after = last?.seq ?? (gap?.reason === "lost" ? head : (gap?.to ?? this.#after));
      if (last !== undefined) return { events, state: isEnding(last.type) ? "ended" : "open" };
      if (gap !== undefined) return { events, state: "missed" };
      await orAborted(this.#more.promise, signal);
    }
  }

  /** Resolves once what the call waits for has come, or it has ended, or nobody knows; all is still to be read. */
  async goesOn(signal: AbortSignal): Promise<void> {
    for (let after = this.#after; ; ) {
      this.#more = Promise.withResolvers<void>();
      const { events, gap } = await this.#journal.read(this.#call, after, batchBytes);
      if (gap !== undefined || events.some(({ type }) => isEnding(type) || going.has(type))) return;
      after = events.at(-1)?.seq ?? after;
      if (events.length === 0) await orAborted(this.#more.promise, signal);
    }
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
  }
}
