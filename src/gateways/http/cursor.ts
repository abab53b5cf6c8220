import { Fault } from "../../protocol/fault.ts";
import type { Exchange } from "./exchange.ts";

/** Where a reader stands. `elsewhere`: what it has belongs to another history, it starts over. */
export interface Cursor {
  at: number;
  elsewhere: number | undefined;
}

/** How the contract of a route with a cursor tells of it. */
export const lastEventId = {
  "Last-Event-ID": "The id of the last event that the reader has, <epoch>:<number>: it goes on behind that",
} as const;

/** From `Last-Event-ID: <epoch>:<number>`; without it, at the first time, at what the query said. */
export function cursorOf(exchange: Exchange, epoch: string, first: number): Cursor {
  const lastId = exchange.request.headers["last-event-id"];
  if (typeof lastId === "string" && lastId !== "") {
    const [, itsEpoch, number] = /^([\w.-]{1,64}):(\d{1,15})$/.exec(lastId) ?? [];
    if (number === undefined) throw badCursor();
    return itsEpoch === epoch ? { at: Number(number), elsewhere: undefined } : { at: 0, elsewhere: Number(number) };
  }
  return { at: first, elsewhere: undefined };
}

function badCursor(): Fault {
  return new Fault(
    "input.invalid",
    "Cannot read the position: Last-Event-ID does not fit, expected <epoch>:<number>, the id of an event",
  );
}
