import { Disposal } from "../../base/disposal.ts";
import { TurnEnd } from "../../base/turn-end.ts";
import type { CallGap } from "../../protocol/events.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Bus } from "../store/bus.ts";
import type { Accepted, Append, Appended, Entry, JournalRow, NewCall, Store } from "../store/store.ts";
import { Tails } from "./tails.ts";
import { type WireEvent, wireEvent } from "./wire-event.ts";

/** What a reader at `after` gets: at most one gap before the events, which follow each other without a hole. */
export interface Slice {
  gap?: CallGap;
  events: WireEvent[];
  /** The last number there is. */
  head: number;
}

/**
 * The journal of every call: appends go to the store, reads come from the store, and the latest committed
 * events of busy calls are kept at hand so that a reader at the head costs no read.
 */
export class Journal {
  /** When its writers write what one turn has emitted: together, so that it goes into one commit. */
  readonly turnEnd = new TurnEnd();
  readonly #store: Store;
  readonly #bus: Bus;
  readonly #tails = new Tails();
  readonly #followed = new Map<Disposable, CallId>();

  constructor(parts: { store: Store; bus: Bus }) {
    this.#store = parts.store;
    this.#bus = parts.bus;
  }

  /** Durable when it resolves; only then do readers see it. */
  async accept(call: NewCall): Promise<Accepted> {
    const accepted = await this.#store.accept(call);
    if (accepted.kind === "new") this.committed(call.id, 1, call.entries);
    return accepted;
  }

  /** Durable when it resolves; only then do readers see it. */
  async append(append: Append): Promise<Appended> {
    const appended = await this.#store.append(append);
    if (appended.kind === "ok") this.committed(append.call, appended.from, append.entries);
    return appended;
  }

  /** Tells readers what a verb of the store has committed. */
  committed(call: CallId, from: number, entries: readonly Entry[]): void {
    this.#tails.keep(call, from, entries);
    this.#bus.hint(call);
  }

  /** What is at hand from `after` + 1; `undefined` where only the store knows. */
  peek(call: CallId, after: number): Slice | undefined {
    const events = this.#tails.of(call);
    const first = events?.[0];
    const last = events?.at(-1);
    if (events === undefined || first === undefined || last === undefined) return undefined;
    if (after + 1 < first.seq || after > last.seq) return undefined;
    return { events: events.slice(after + 1 - first.seq), head: last.seq };
  }

  /** Events from `after` + 1, about `maxBytes` of them. Nothing that is missing goes unsaid. */
  async read(call: CallId, after: number, maxBytes: number): Promise<Slice> {
    const peeked = this.peek(call, after);
    if (peeked !== undefined) return peeked;
    const { head, rows } = await this.#store.journal({ call, after, maxBytes });
    // A call that is there has a first event.
    if (head === 0) return deleted(call, after + 1);
    if (after > head) return { gap: { call, from: 1, to: after, reason: "lost" }, events: [], head };
    return sliceOf(call, after, { rows, head });
  }

  /** Fires after a commit that appended to this call. As long as somebody listens, the call is not swept away. */
  listen(call: CallId, onMore: () => void): Disposable {
    const listening = this.#bus.listen(call, onMore);
    const following = new Disposal(() => {
      this.#followed.delete(following);
      listening[Symbol.dispose]();
    });
    this.#followed.set(following, call);
    return following;
  }

  /** The calls that somebody follows now. */
  followed(): CallId[] {
    return [...new Set(this.#followed.values())];
  }

  /** Lets go of what is kept at hand; under pressure for all. */
  forget(call?: CallId): void {
    this.#tails.forget(call);
  }
}

function deleted(call: CallId, next: number): Slice {
  return { gap: { call, from: next, to: next, reason: "deleted" }, events: [], head: next };
}

/** Rows up to the first hole; a hole at the front becomes the gap, a later one is told by the next read. */
function sliceOf(call: CallId, after: number, { rows, head }: { rows: readonly JournalRow[]; head: number }): Slice {
  const events: WireEvent[] = [];
  let next = after + 1;
  let hole: CallGap | undefined;
  for (const row of rows) {
    if (row.from > next) {
      if (events.length > 0) break;
      hole = { call, from: next, to: row.from - 1, reason: "folded" };
      next = row.from;
    }
    for (const [index, entry] of row.entries.entries()) {
      const seq = row.from + index;
      if (seq < next) continue;
      events.push(wireEvent(call, seq, entry));
      next = seq + 1;
    }
  }
  if (rows.length === 0 && head > after) hole = { call, from: next, to: head, reason: "folded" };
  return hole === undefined ? { events, head } : { gap: hole, events, head };
}
