import { Fault } from "../../protocol/fault.ts";
import type { Exchange } from "./exchange.ts";

/** Where a reader stands. `elsewhere`: what it has belongs to another history, it starts over. */
export interface Cursor {
  at: number;
  elsewhere: number | undefined;
}

/** From `Last-Event-ID: <epoch>:<number>` or, at the first time, from the query. */
export function cursorOf(exchange: Exchange, epoch: string, queryName: string): Cursor {
  const lastId = exchange.request.headers["last-event-id"];
  if (typeof lastId === "string" && lastId !== "") {
    const [, itsEpoch, number] = /^([\w.-]{1,64}):(\d{1,15})$/.exec(lastId) ?? [];
    if (number === undefined) throw badCursor("Last-Event-ID", "<epoch>:<number>");
    return itsEpoch === epoch ? { at: Number(number), elsewhere: undefined } : { at: 0, elsewhere: Number(number) };
  }
  const asked = exchange.query.get(queryName) ?? "0";
  if (!/^\d{1,15}$/.test(asked)) throw badCursor(queryName, "a whole number");
  return { at: Number(asked), elsewhere: undefined };
}

function badCursor(name: string, expected: string): Fault {
  return new Fault("input.invalid", `Cannot read the position: ${name} does not fit, expected ${expected}`);
}
