import type { EventOrGap } from "../client/event-reader.ts";
import { endedAs, isEnding, type TerminalType } from "../protocol/endings.ts";
import type { CallEvent, EventData } from "../protocol/events.ts";
import type { CallId } from "../protocol/ids.ts";
import type { CallView } from "../protocol/result.ts";

/** The call as its own events tell it: who has seen the first and the last of them need not ask a daemon that may be gone. */
export class SeenCall {
  #accepted: CallEvent<"call.accepted"> | undefined;
  #ended: CallEvent<TerminalType> | undefined;

  event(event: EventOrGap): void {
    if (!("type" in event)) return;
    if (event.type === "call.accepted") this.#accepted = event as CallEvent<"call.accepted">;
    if (isEnding(event.type)) this.#ended = event as CallEvent<TerminalType>;
  }

  /** `undefined` where the first or the last event was not among them. */
  get view(): CallView | undefined {
    if (this.#accepted === undefined || this.#ended === undefined) return undefined;
    const { call, at: acceptedAt, data } = this.#accepted;
    const { tool, thread, parent, sharedWith } = data;
    const { type, seq, at: endedAt, data: ending } = this.#ended;
    return {
      call: call as CallId,
      tool,
      phase: endedAs[type],
      seq,
      ...(thread && { thread }),
      ...(parent && { parent }),
      ...(sharedWith && { sharedWith }),
      acceptedAt,
      endedAt,
      ...(ending as Partial<EventData<"call.succeeded"> & EventData<"call.failed">> & Pick<CallView, "usage">),
    };
  }
}
