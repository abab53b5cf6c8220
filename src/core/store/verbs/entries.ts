import type { EventType } from "../../../protocol/events.ts";
import type { Entry } from "../store.ts";

/**
 * Entries as one text, a line each: moment, type, data. A line break can stand in JSON only between its
 * parts, where a space means the same.
 */
export function pack(entries: readonly Entry[]): string {
  return entries.map(({ at, type, data }) => `${at} ${type} ${data.replace(/[\r\n]/g, " ")}`).join("\n");
}

/** The entries of a text that `pack` made. */
export function unpack(packed: string): Entry[] {
  return packed.split("\n").map(entryOf);
}

/** The data of the last entry. */
export function lastData(packed: string): string {
  return entryOf(packed.slice(packed.lastIndexOf("\n") + 1)).data;
}

function entryOf(line: string): Entry {
  const type = line.indexOf(" ") + 1;
  const data = line.indexOf(" ", type) + 1;
  return { at: Number(line.slice(0, type - 1)), type: line.slice(type, data - 1) as EventType, data: line.slice(data) };
}
