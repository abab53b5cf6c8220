import { Turnover } from "../../base/turnover.ts";
import { isEnding } from "../../protocol/endings.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Entry } from "../store/store.ts";
import { type WireEvent, wireEvent } from "./wire-event.ts";

interface Tail {
  /** Contiguous; the last one is the head. */
  events: WireEvent[];
  bytes: number;
}

/** What is kept at hand of one call, and of all of them. A call with a larger event is read from the store. */
const tailBytes = 64 * 1024;
const allTailBytes = 32 * 1024 * 1024;
/** Readers come to an ended call right after its end, or much later. */
const endedTails = 256;

/** The latest committed events of calls that are busy or have just ended, within bounds. */
export class Tails {
  /** In order of last use; the eldest goes first. */
  readonly #byCall = new Turnover<CallId, Tail>();
  /** Those of ended calls, the eldest first. */
  readonly #ended = new Set<CallId>();
  #bytes = 0;

  /** Those at hand, which follow each other; the last one is the call's. */
  of(call: CallId): readonly WireEvent[] | undefined {
    return this.#byCall.get(call)?.events;
  }

  /** Adds what was committed from this number on. */
  keep(call: CallId, from: number, entries: readonly Entry[]): void {
    const tail = this.#drop(call) ?? { events: [], bytes: 0 };
    this.#byCall.set(call, tail);
    if (tail.events.length > 0 && tail.events.at(-1)?.seq !== from - 1) tail.events.length = tail.bytes = 0;
    for (const [index, entry] of entries.entries()) {
      const event = wireEvent(call, from + index, entry);
      tail.events.push(event);
      tail.bytes += event.text.length;
    }
    let drop = 0;
    while (tail.bytes > tailBytes) tail.bytes -= tail.events[drop++]?.text.length ?? 0;
    if (drop > 0) tail.events.splice(0, drop);
    this.#bytes += tail.bytes;
    if (tail.events.length === 0) this.#drop(call);
    else if (isEnding(entries.at(-1)?.type ?? "")) this.#ended.add(call);
    const [firstEnded] = this.#ended.size > endedTails ? this.#ended : [];
    if (firstEnded !== undefined) this.#drop(firstEnded);
    for (const eldest of this.#byCall.keys()) {
      if (this.#bytes <= allTailBytes) return;
      this.#drop(eldest);
    }
  }

  /** Lets go of one call's, or of all. */
  forget(call?: CallId): void {
    if (call !== undefined) this.#drop(call);
    else for (const each of [...this.#byCall.keys()]) this.#drop(each);
  }

  #drop(call: CallId): Tail | undefined {
    const tail = this.#byCall.get(call);
    if (tail === undefined) return undefined;
    this.#bytes -= tail.bytes;
    this.#byCall.delete(call);
    this.#ended.delete(call);
    return tail;
  }
}
