import { JournalCursor, type JournalReader, type Place } from "../../core/calls/journal-cursor.ts";
import type { WireEvent } from "../../core/calls/wire-event.ts";
import { type CallGap, startsOver } from "../../protocol/events.ts";
import type { CallId } from "../../protocol/ids.ts";
import {
  type EventWindow,
  eventCredit,
  eventsAcked,
  eventsMissing,
  eventsRewound,
  eventsSent,
  openEventWindow,
} from "./event-window.ts";
import type { Loader, LoadSlots } from "./load-slots.ts";
import type { Pump, Source } from "./pump.ts";
import type { Stream } from "./stream.ts";
import type { Wire } from "./wire.ts";

/** How much of one call is sent, or read from the store, before the next has its turn. */
const turnBytes = 32 * 1024;
const loadBytes = 64 * 1024;

const beforeEvent = '{"jsonrpc":"2.0","method":"call.event","params":';
const beforeGap = '{"jsonrpc":"2.0","method":"call.gap","params":';

/** What all cursors of a connection share. */
export interface FollowParts {
  journal: JournalReader;
  pump: Pump;
  slots: LoadSlots;
  onEnd: (follow: Follow) => void;
  onFailure: (error: unknown) => void;
}

/**
 * One reader of a call's journal. It pulls when the socket has room and the reader has credit, and ends by itself once
 * the terminal event and the end of the output were sent.
 */
export class Follow implements Source, Loader, Disposable {
  readonly call: CallId;
  readonly stream: Stream | undefined;
  readonly #parts: FollowParts;
  readonly #cursor: JournalCursor;
  #window: EventWindow;
  #loading = false;
  #hints: Disposable | undefined;
  #state: "attached" | "running" | "done" = "attached";

  constructor(parts: FollowParts, at: Place, stream: Stream | undefined) {
    this.#parts = parts;
    this.call = at.call;
    this.stream = stream;
    this.#cursor = new JournalCursor(parts.journal, at);
    this.#window = openEventWindow(at.elsewhere ?? at.after);
  }

  /** From now on it sends: its answer is on its way. */
  begin(): void {
    if (this.#state !== "attached") return;
    this.#state = "running";
    this.stream?.begin();
    this.wake();
  }

  readonly wake = (): void => {
    if (this.#state === "running" && !this.#loading) this.#parts.pump.wakeEvents(this);
  };

  /** Whether the reader was sent all that the journal holds, and of a call that has ended the end of its output too. */
  get isCaughtUp(): boolean {
    return !this.#loading && !this.#cursor.isBehind && !this.#cursor.isAtEnd;
  }

  /** Answers whether the reader may know of `seq`. */
  ack(seq: number): boolean {
    const window = eventsAcked(this.#window, seq);
    if (window === undefined) return false;
    this.#window = window;
    this.wake();
    return true;
  }

  /** Who is not at the end after its first turn is hinted from then on. */
  turn(wire: Wire): "more" | "parked" {
    const next = this.#step(wire);
    if (this.#state === "running") this.#hints ??= this.#cursor.listen(this.wake);
    return next;
  }

  #step(wire: Wire): "more" | "parked" {
    if (this.#state !== "running" || this.#loading) return "parked";
    if (this.#cursor.isAtEnd) return this.#finish();
    const credit = eventCredit(this.#window);
    if (credit.events === 0) {
      this.#cursor.letGo();
      return "parked";
    }
    const slice = this.#cursor.take({ events: credit.events, bytes: Math.min(turnBytes, credit.bytes) });
    if (slice === undefined) {
      this.load();
      return "parked";
    }
    if (slice.gap !== undefined) this.#sendGap(slice.gap, wire);
    else this.#sendEvents(slice.events, wire);
    if (this.#cursor.isAtEnd) return this.#finish();
    return this.#cursor.isBehind ? "more" : "parked";
  }

  /** Reads on from the store; the answer wakes it. */
  load(): void {
    if (this.#state !== "running" || this.#loading || !this.#parts.slots.take(this)) return;
    this.#loading = true;
    void this.#cursor
      .load(loadBytes)
      .then(() => this.#arrived(), this.#parts.onFailure)
      .finally(() => this.#parts.slots.give());
  }

  #arrived(): void {
    this.#loading = false;
    this.wake();
  }

  #sendEvents(events: readonly WireEvent[], wire: Wire): void {
    let bytes = 0;
    for (const event of events) {
      wire.text(`${beforeEvent}${event.text}}`);
      bytes += event.text.length;
      this.#note(event);
    }
    if (events.length > 0) this.#window = eventsSent(this.#window, this.#cursor.position, bytes);
  }

  #note({ type, text }: WireEvent): void {
    if (type === "process.started") this.stream?.logBegun();
    else if (type === "process.exited") this.stream?.lengthTold(JSON.parse(text).data.length);
  }

  #sendGap(gap: CallGap, wire: Wire): void {
    wire.text(`${beforeGap}${JSON.stringify(gap)}}`);
    this.#window = startsOver(gap) ? eventsRewound(this.#window) : eventsMissing(this.#window, gap.to);
  }

  #finish(): "parked" {
    if (this.stream === undefined || this.stream.isFinished) this.#parts.onEnd(this);
    else this.stream.callEnded();
    return "parked";
  }

  [Symbol.dispose](): void {
    this.#state = "done";
    this.#hints?.[Symbol.dispose]();
    this.#parts.pump.forget(this);
    this.#parts.slots.forget(this);
    this.stream?.[Symbol.dispose]();
  }
}
