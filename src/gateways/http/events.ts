import type { Clock } from "../../base/clock.ts";
import type { Slice } from "../../core/calls/journal.ts";
import type { Operations } from "../../core/operations/operations.ts";
import { isEnding } from "../../protocol/endings.ts";
import { type CallGap, startsOver } from "../../protocol/events.ts";
import type { CallId } from "../../protocol/ids.ts";
import { hasEnded } from "../../protocol/phase.ts";
import type { CallView } from "../../protocol/result.ts";
import { eventText } from "../answers/event-stream.ts";
import { type Cursor, cursorOf } from "./cursor.ts";
import { type Asked, callOf } from "./exchange.ts";
import type { JournalReader, RequestRates, Waiters } from "./parts.ts";
import { type Batch, batchBytes, pump, type Source } from "./pump.ts";

export interface EventParts {
  operations: Operations;
  journal: JournalReader;
  presences: Waiters;
  rates: RequestRates;
  clock: Clock;
  settings: { epoch: string };
}

/**
 * The journal of a call as server-sent events, each under the id `<epoch>:<seq>`, from behind `Last-Event-ID`
 * (or `?after=`) on; `event: gap` where some are gone, `event: end` behind the last. 204 where nothing can
 * follow any more. With `?hold=true` the reader keeps the call from being missed by its starter.
 */
export async function streamEvents(parts: EventParts, asked: Asked): Promise<void> {
  const call = callOf(asked);
  const view = await parts.operations["call.get"](asked, { call });
  const cursor = cursorOf(asked, parts.settings.epoch, "after");
  if (hasEnded(view.phase) && cursor.elsewhere === undefined && cursor.at >= view.seq) {
    asked.response.writeHead(204).end();
    return;
  }
  using _connection = parts.rates.connection(asked.caller);
  using _hold = asked.query.get("hold") === "true" ? parts.presences.hold(call) : undefined;
  const look = () => parts.operations["call.get"](asked, { call });
  await pump(asked, new JournalSource(parts, { call, cursor, look }), parts.clock);
}

class JournalSource implements Source {
  readonly #journal: JournalReader;
  readonly #epoch: string;
  readonly #call: CallId;
  readonly #look: () => Promise<CallView>;
  #gap: CallGap | undefined;
  #after: number;
  #ended = false;

  constructor(parts: EventParts, reader: { call: CallId; cursor: Cursor; look: () => Promise<CallView> }) {
    this.#journal = parts.journal;
    this.#epoch = parts.settings.epoch;
    this.#call = reader.call;
    this.#look = reader.look;
    const { at, elsewhere } = reader.cursor;
    this.#after = at;
    if (elsewhere !== undefined) this.#gap = { call: reader.call, from: 1, to: elsewhere, reason: "epoch" };
  }

  listen(onMore: () => void): Disposable {
    return this.#journal.listen(this.#call, onMore);
  }

  async next(): Promise<Batch> {
    if (this.#ended) return await this.#end();
    const slice = await this.#journal.read(this.#call, this.#after, batchBytes);
    const text = this.#write(slice);
    await this.#noticeEnd(slice);
    return { text, state: this.#ended || this.#after < slice.head ? "more" : "idle" };
  }

  #write(slice: Slice): string {
    let text = "";
    for (const gap of [this.#gap, slice.gap]) {
      if (gap === undefined) continue;
      // A position that this history does not know says nothing about what the reader has: it starts over.
      this.#after = startsOver(gap) ? 0 : gap.to;
      text += eventText({ id: this.#id(), name: "gap", data: JSON.stringify(gap) });
    }
    this.#gap = undefined;
    for (const event of slice.events) {
      this.#after = event.seq;
      text += eventText({ id: this.#id(), data: event.text });
    }
    return text;
  }

  /** The ending is the last event; where it is itself among what is gone, the call is asked. */
  async #noticeEnd(slice: Slice): Promise<void> {
    if (this.#after < slice.head) return;
    const last = slice.events.at(-1);
    if (last !== undefined) this.#ended = isEnding(last.type);
    else this.#ended = hasEnded((await this.#look()).phase);
  }

  async #end(): Promise<Batch> {
    const { call, phase, seq } = await this.#look();
    const text = eventText({ id: this.#id(), name: "end", data: JSON.stringify({ call, phase, seq }) });
    return { text, state: "ended" };
  }

  #id(): string {
    return `${this.#epoch}:${this.#after}`;
  }
}
