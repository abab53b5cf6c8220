import { orAborted } from "../../base/abort.ts";
import type { EventType } from "../../protocol/events.ts";
import type { CallId } from "../../protocol/ids.ts";
import { JournalCursor, type JournalReader } from "./journal-cursor.ts";
import type { WireEvent } from "./wire-event.ts";

const batchBytes = 64 * 1024;

/** What has come since the last look. `missed`: some of it is gone, and only the call itself knows how it stands. */
export interface Batch {
  events: readonly WireEvent[];
  state: "open" | "ended" | "missed";
}

/** Waits for what a call says next, from a position on, until it is disposed. */
export class CallFollower implements Disposable {
  readonly #journal: JournalReader;
  readonly #cursor: JournalCursor;
  readonly #listening: Disposable;
  #isRung = false;
  #waiting: PromiseWithResolvers<void> | undefined;

  constructor(journal: JournalReader, { call, after }: { call: CallId; after: number }) {
    this.#journal = journal;
    this.#cursor = new JournalCursor(journal, { call, after });
    this.#listening = this.#cursor.listen(() => {
      this.#isRung = true;
      this.#waiting?.resolve();
    });
  }

  /** The next events, waited for where there are none; rejects with the signal's reason. */
  async next(signal: AbortSignal): Promise<Batch> {
    for (;;) {
      // Before the look: what is committed during it must not be slept over.
      this.#isRung = false;
      const { events, gap } = await this.#cursor.read(batchBytes);
      if (gap !== undefined) return { events, state: "missed" };
      if (events.length > 0) return { events, state: this.#cursor.isAtEnd ? "ended" : "open" };
      await this.#more(signal);
    }
  }

  /** Resolves once one of these has come, or the call has ended, or nobody knows; all is still to be read. */
  async comes(types: ReadonlySet<EventType>, signal: AbortSignal): Promise<void> {
    const ahead = new JournalCursor(this.#journal, { call: this.#cursor.call, after: this.#cursor.position });
    for (;;) {
      this.#isRung = false;
      const { events, gap } = await ahead.read(batchBytes);
      if (gap !== undefined || ahead.isAtEnd || events.some(({ type }) => types.has(type))) return;
      if (events.length === 0) await this.#more(signal);
    }
  }

  async #more(signal: AbortSignal): Promise<void> {
    if (this.#isRung) return;
    this.#waiting = Promise.withResolvers();
    await orAborted(this.#waiting.promise, signal);
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
  }
}
