import type { Journal, Slice, WireEvent } from "../../core/calls/journal.ts";
import { isEnding } from "../../protocol/endings.ts";
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

export interface FollowParts {
  call: CallId;
  after: number;
  /** The number of the terminal event where the call has ended already. */
  endsAt: number | undefined;
  /** Told to the reader before anything else: its cursor belongs to another history. */
  gap: CallGap | undefined;
  stream: Stream | undefined;
  journal: Pick<Journal, "peek" | "read" | "listen">;
  pump: Pump;
  slots: LoadSlots;
  onEnd: (follow: Follow) => void;
  onFailure: (error: unknown) => void;
}

/**
 * One reader's cursor into a call's journal. It pulls when the socket has room and keeps no event; it ends
 * by itself once the terminal event and the end of the output were sent.
 */
export class Follow implements Source, Loader, Disposable {
  readonly call: CallId;
  readonly stream: Stream | undefined;
  readonly #parts: FollowParts;
  #window: EventWindow;
  #gap: CallGap | undefined;
  #endsAt: number | undefined;
  /** What was read from the store and not sent yet. */
  #loaded: Slice | undefined;
  #loading = false;
  #hints: Disposable | undefined;
  #state: "attached" | "running" | "done" = "attached";
  /** How far the journal went when it was read last. */
  #head = 0;

  constructor(parts: FollowParts) {
    this.#parts = parts;
    this.call = parts.call;
    this.stream = parts.stream;
    this.#window = openEventWindow(parts.after);
    this.#gap = parts.gap;
    this.#endsAt = parts.endsAt;
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
    return !this.#loading && this.#loaded === undefined && this.#window.sent >= this.#head && !this.#isAtEnd();
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
    if (this.#state === "running") this.#hints ??= this.#parts.journal.listen(this.call, this.wake);
    return next;
  }

  #step(wire: Wire): "more" | "parked" {
    if (this.#state !== "running" || this.#loading) return "parked";
    if (this.#gap !== undefined) this.#sendGap(this.#gap, wire);
    if (this.#isAtEnd()) return this.#finish();
    const credit = eventCredit(this.#window);
    if (credit.events === 0) {
      this.#loaded = undefined;
      return "parked";
    }
    const loaded = this.#loaded;
    this.#head = Number.POSITIVE_INFINITY;
    const slice = loaded ?? this.#parts.journal.peek(this.call, this.#window.sent);
    this.#loaded = undefined;
    if (slice === undefined) {
      this.load();
      return "parked";
    }
    this.#head = slice.head;
    if (slice.gap !== undefined) this.#sendGap(slice.gap, wire);
    if (slice.gap?.reason === "lost") return "more";
    const sent = this.#sendEvents(slice.events, wire);
    if (this.#isAtEnd()) return this.#finish();
    if (loaded !== undefined && sent < loaded.events.length)
      this.#loaded = { events: loaded.events.slice(sent), head: loaded.head };
    return this.#window.sent < slice.head ? "more" : "parked";
  }

  /** Reads on from the store; the answer wakes it. */
  load(): void {
    if (this.#state !== "running" || this.#loading || !this.#parts.slots.take(this)) return;
    this.#loading = true;
    void this.#parts.journal
      .read(this.call, this.#window.sent, loadBytes)
      .then((slice) => this.#arrived(slice), this.#parts.onFailure)
      .finally(() => this.#parts.slots.give());
  }

  #arrived(slice: Slice): void {
    this.#loading = false;
    this.#loaded = slice;
    this.wake();
  }

  /** Sends what one turn and the credit allow; answers how many. */
  #sendEvents(events: readonly WireEvent[], wire: Wire): number {
    const credit = eventCredit(this.#window);
    const limit = Math.min(turnBytes, credit.bytes);
    let bytes = 0;
    let count = 0;
    let last = this.#window.sent;
    for (const event of events) {
      if (bytes >= limit || count === credit.events) break;
      wire.text(`${beforeEvent}${event.text}}`);
      bytes += event.text.length;
      count += 1;
      last = event.seq;
      this.#note(event);
    }
    if (count > 0) this.#window = eventsSent(this.#window, last, bytes);
    return count;
  }

  #note(event: WireEvent): void {
    if (event.type === "process.started") this.stream?.logBegun();
    else if (event.type === "process.exited") this.stream?.lengthTold(JSON.parse(event.text).data.length);
    else if (isEnding(event.type)) this.#endsAt = event.seq;
  }

  #sendGap(gap: CallGap, wire: Wire): void {
    this.#gap = undefined;
    wire.text(`${beforeGap}${JSON.stringify(gap)}}`);
    this.#window = startsOver(gap) ? eventsRewound(this.#window) : eventsMissing(this.#window, gap.to);
  }

  #isAtEnd(): boolean {
    return this.#endsAt !== undefined && this.#window.sent >= this.#endsAt;
  }

  #finish(): "parked" {
    if (this.stream === undefined || this.stream.isFinished) this.#parts.onEnd(this);
    else this.stream.callEnded();
    return "parked";
  }

  [Symbol.dispose](): void {
    this.#state = "done";
    this.#hints?.[Symbol.dispose]();
    this.#loaded = undefined;
    this.#parts.pump.forget(this);
    this.#parts.slots.forget(this);
    this.stream?.[Symbol.dispose]();
  }
}
