import { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import type { Slice } from "../../core/calls/journal.ts";
import { JournalCursor, type JournalReader, type Place } from "../../core/calls/journal-cursor.ts";
import { parseAs } from "../../core/operations/decode.ts";
import { knownCall } from "../../core/operations/known-call.ts";
import type { Operations } from "../../core/operations/operations.ts";
import { endedAs, isEnding } from "../../protocol/endings.ts";
import { callEvent, callGap } from "../../protocol/events.ts";
import { hasEnded, type Phase } from "../../protocol/phase.ts";
import { type CallView, callView } from "../../protocol/result.ts";
import { eventText } from "../answers/event-stream.ts";
import type { Contract } from "./contract.ts";
import { cursorOf, lastEventId } from "./cursor.ts";
import { type Asked, callOf } from "./exchange.ts";
import type { RequestRates, Waiters } from "./parts.ts";
import { type Batch, batchBytes, pump, type Source } from "./pump.ts";
import { queryReader } from "./query.ts";

export interface EventParts {
  operations: Operations;
  journal: JournalReader;
  presences: Waiters;
  rates: RequestRates;
  clock: Clock;
  settings: { epoch: string };
}

const eventQuery = z.strictObject({
  /** The last number that the reader has. */
  after: z.int().min(0).default(0),
  /** Keeps the call from being missed by its starter while this reads. */
  hold: z.boolean().default(false),
});

export const eventsContract: Contract = {
  summary: "The journal of a call as server-sent events, from its beginning or a position on to its end",
  params: eventQuery,
  takes: lastEventId,
  answers: {
    200: {
      means: "Events, whose ids are <epoch>:<seq>; a comment after 15 s of silence, `end` behind the last",
      events: { message: callEvent, gap: callGap, end: callView.pick({ call: true, phase: true, seq: true }) },
    },
    204: { means: "The call has ended, and nothing follows the position that was shown" },
  },
};

const readQuery = queryReader(eventQuery);

/**
 * The journal of a call as server-sent events, each under the id `<epoch>:<seq>`, from behind `Last-Event-ID`
 * (or `?after=`) on; `event: gap` where some are gone, `event: end` behind the last, a gap as the last where the call
 * was deleted. 204 where nothing can follow any more. With `?hold=true` the reader keeps the call from being missed by
 * its starter.
 */
export async function streamEvents(parts: EventParts, asked: Asked): Promise<void> {
  const call = callOf(asked);
  const view = await parts.operations["call.get"](asked, { call });
  const { after: first, hold } = parseAs(eventQuery, readQuery(asked.query), "the query");
  const { at: after, elsewhere } = cursorOf(asked, parts.settings.epoch, first);
  if (hasEnded(view.phase) && elsewhere === undefined && after >= view.seq) {
    asked.response.writeHead(204).end();
    return;
  }
  using _connection = parts.rates.connection(asked.caller);
  using _hold = hold ? parts.presences.hold(call) : undefined;
  const look = () => knownCall(parts, asked, call);
  await pump(asked, new JournalSource(parts, { call, after, elsewhere, view }, look), parts.clock);
}

class JournalSource implements Source {
  readonly #cursor: JournalCursor;
  readonly #epoch: string;
  readonly #look: () => Promise<CallView | undefined>;
  /** How the call has ended, where that is known. */
  #phase: Phase;

  constructor(parts: EventParts, at: Place & { view: CallView }, look: () => Promise<CallView | undefined>) {
    this.#cursor = new JournalCursor(parts.journal, at);
    this.#epoch = parts.settings.epoch;
    this.#look = look;
    this.#phase = at.view.phase;
  }

  listen(onMore: () => void): Disposable {
    return this.#cursor.listen(onMore);
  }

  async next(): Promise<Batch> {
    const cursor = this.#cursor;
    if (cursor.isAtEnd) return this.#end();
    const text = this.#textOf(await cursor.read(batchBytes));
    if (cursor.isDeleted) return { text, state: "ended" };
    const isGone = cursor.isUnsure && !cursor.isBehind && !(await this.#lookForEnd());
    return { text, state: cursor.isAtEnd || cursor.isBehind || isGone ? "more" : "idle" };
  }

  #textOf({ gap, events }: Slice): string {
    if (gap !== undefined) return eventText({ id: this.#id(), name: "gap", data: JSON.stringify(gap) });
    const type = events.at(-1)?.type;
    if (type !== undefined && isEnding(type)) this.#phase = endedAs[type];
    return events.map(({ seq, text }) => eventText({ id: this.#id(seq), data: text })).join("");
  }

  /** The ending may be among what is gone. Answers whether the call is still there. */
  async #lookForEnd(): Promise<boolean> {
    const view = await this.#look();
    if (view === undefined) return false;
    this.#phase = view.phase;
    if (hasEnded(view.phase)) this.#cursor.endsAt(view.seq);
    return true;
  }

  #end(): Batch {
    const { call, position: seq } = this.#cursor;
    const text = eventText({ id: this.#id(), name: "end", data: JSON.stringify({ call, phase: this.#phase, seq }) });
    return { text, state: "ended" };
  }

  #id(seq = this.#cursor.position): string {
    return `${this.#epoch}:${seq}`;
  }
}
