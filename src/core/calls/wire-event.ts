import type { EventType } from "../../protocol/events.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Entry } from "../store/store.ts";

/** An event ready for any reader: serialised once. */
export interface WireEvent {
  /** From 1, without a hole over the whole call. */
  seq: number;
  type: EventType;
  /** JSON text of a `CallEvent`. */
  text: string;
}

/** The event as its entry in the journal has it. */
export function wireEvent(call: CallId, seq: number, entry: Entry): WireEvent {
  const { type } = entry;
  return { seq, type, text: `{"call":"${call}","seq":${seq},"at":${entry.at},"type":"${type}","data":${entry.data}}` };
}
