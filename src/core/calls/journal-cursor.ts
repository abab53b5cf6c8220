import { isEnding } from "../../protocol/endings.ts";
import { type CallGap, startsOver } from "../../protocol/events.ts";
import type { CallId } from "../../protocol/ids.ts";
import { hasEnded } from "../../protocol/phase.ts";
import type { CallView } from "../../protocol/result.ts";
import type { Journal, Slice } from "./journal.ts";
import type { WireEvent } from "./wire-event.ts";

/** What a reader needs of the journal. */
export type JournalReader = Pick<Journal, "peek" | "read" | "listen">;

/** Where a reader begins. */
export interface Place {
  call: CallId;
  /** The last number that it has of this history. */
  after: number;
  /** The last number that it has of another one: it starts over. */
  elsewhere?: number | undefined;
  /** The call as it was when the reader came, where it was looked at. */
  view?: Pick<CallView, "phase" | "seq"> | undefined;
}

/** How much is taken at a time: `bytes` counts characters, and what begins within them is taken whole. */
export interface Portion {
  events: number;
  bytes: number;
}

const whole: Portion = { events: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };

/**
 * One reader's place in a call's journal. It is told each number once and in order, as an event or as part of a gap, up
 * to the ending; a gap comes alone. Where its place is not of this history, it is told so and starts over.
 */
export class JournalCursor {
  readonly call: CallId;
  readonly #journal: JournalReader;
  #position: number;
  #endsAt: number | undefined;
  /** How far the journal went at the last look. */
  #head = Number.POSITIVE_INFINITY;
  /** The last number that it knows of. */
  #known: number;
  /** What is to be told and was not taken yet: of what is at hand in the journal nothing is kept here. */
  #loaded: Slice | undefined;
  #isUnsure = false;
  #isDeleted = false;

  constructor(journal: JournalReader, { call, after, elsewhere = 0, view }: Place) {
    this.call = call;
    this.#journal = journal;
    this.#position = after;
    this.#known = view?.seq ?? 0;
    if (elsewhere > 0) this.#loaded = startingOver(call, elsewhere, "epoch");
    if (view === undefined) return;
    // What it has is not there any more.
    if (after > view.seq) this.#loaded = startingOver(call, after, "lost");
    if (hasEnded(view.phase)) this.#endsAt = view.seq;
  }

  /** The last number that it was told. */
  get position(): number {
    return this.#position;
  }

  /** Whether it was told all that there will ever be. */
  get isAtEnd(): boolean {
    return this.#position === this.#endsAt;
  }

  /** Whether more than it was told was there at the last look, or nobody has looked. */
  get isBehind(): boolean {
    return this.#position < this.#head;
  }

  /** Whether the last that it was told is a gap, which may hold the ending: how the call stands, only the call knows. */
  get isUnsure(): boolean {
    return this.#isUnsure;
  }

  /** Whether it was told that the call is not there any more: it is at its end, and how the call ended nobody knows. */
  get isDeleted(): boolean {
    return this.#isDeleted;
  }

  /** The call has ended with this number. */
  endsAt(seq: number): void {
    this.#endsAt = seq;
  }

  /** Fires when there may be more. As long as somebody listens, the call is not swept away. */
  listen(onMore: () => void): Disposable {
    return this.#journal.listen(this.call, onMore);
  }

  /** What comes next, where it is at hand: it is told thereby. `undefined` where only the store knows. */
  take(portion: Portion): Slice | undefined {
    const slice = this.#atHand();
    if (slice !== undefined) return this.#told(slice, portion);
    this.#head = Number.POSITIVE_INFINITY;
    return undefined;
  }

  /** Brings about `maxBytes` of what comes next to hand. One at a time, and nothing is taken meanwhile. */
  async load(maxBytes: number): Promise<Slice> {
    this.#loaded = await this.#journal.read(this.call, this.#position, maxBytes);
    return this.#loaded;
  }

  /** What comes next, from wherever it is: it is told thereby. */
  async read(maxBytes: number): Promise<Slice> {
    return this.#told(this.#atHand() ?? (await this.load(maxBytes)), whole);
  }

  /** Keeps no event that can be loaded again. */
  letGo(): void {
    if (this.#loaded?.gap === undefined) this.#loaded = undefined;
  }

  #atHand(): Slice | undefined {
    return this.#loaded ?? this.#journal.peek(this.call, this.#position);
  }

  #told(slice: Slice, portion: Portion): Slice {
    const wasLoaded = this.#loaded !== undefined;
    const { gap, events, head } = slice;
    this.#loaded = undefined;
    if (gap?.reason === "deleted") return this.#toldDeleted(gap);
    this.#head = head;
    if (Number.isFinite(head)) this.#known = head;
    if (gap !== undefined) return this.#toldGap(gap, slice);
    const count = countOf(events, portion);
    const last = events[count - 1];
    if (last === undefined) return slice;
    this.#position = last.seq;
    this.#isUnsure = false;
    if (isEnding(last.type)) this.#endsAt = last.seq;
    if (count === events.length) return slice;
    if (wasLoaded) this.#loaded = { events: events.slice(count), head };
    return { events: events.slice(0, count), head };
  }

  #toldGap(gap: CallGap, slice: Slice): Slice {
    this.#position = startsOver(gap) ? 0 : gap.to;
    this.#isUnsure = true;
    if (slice.events.length === 0) return slice;
    this.#loaded = { events: slice.events, head: slice.head };
    return { gap, events: [], head: slice.head };
  }

  #toldDeleted(gap: CallGap): Slice {
    const to = Math.max(gap.to, this.#known);
    this.#position = this.#endsAt = this.#head = to;
    this.#isUnsure = false;
    this.#isDeleted = true;
    return { gap: { ...gap, to }, events: [], head: to };
  }
}

function startingOver(call: CallId, to: number, reason: CallGap["reason"]): Slice {
  return { gap: { call, from: 1, to, reason }, events: [], head: Number.POSITIVE_INFINITY };
}

function countOf(events: readonly WireEvent[], portion: Portion): number {
  if (portion === whole) return events.length;
  let bytes = 0;
  let count = 0;
  for (const { text } of events) {
    if (bytes >= portion.bytes || count >= portion.events) return count;
    bytes += text.length;
    count += 1;
  }
  return count;
}
