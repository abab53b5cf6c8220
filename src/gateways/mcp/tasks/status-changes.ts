import { CallFollower } from "../../../core/calls/call-follower.ts";
import { unknownCall } from "../../../core/calls/unknown-call.ts";
import { knownCall } from "../../../core/operations/known-call.ts";
import type { Request } from "../../../core/operations/operations.ts";
import { isEnding } from "../../../protocol/endings.ts";
import type { EventType } from "../../../protocol/events.ts";
import type { CallView } from "../../../protocol/result.ts";
import type { House } from "../house.ts";

const turning: readonly EventType[] = ["input.requested", "input.answered"];

/**
 * A call whenever, behind this view of it, its task may have another status; the last is of its end. Of one that was
 * deleted before its end was told the fault is `call.unknown`.
 */
export async function* statusChanges(
  house: Pick<House, "journal" | "operations">,
  request: Request,
  view: CallView,
): AsyncGenerator<CallView, void> {
  const { call, seq } = view;
  using follower = new CallFollower(house.journal, { call, after: seq });
  for (let isOver = false; !isOver; ) {
    const { events, state } = await follower.next(request.signal);
    if (state === "open" && !events.some(({ type }) => turning.includes(type) || isEnding(type))) continue;
    const now = await knownCall(house, request, call);
    isOver = state === "ended" || now === undefined;
    yield now ?? { ...view, phase: "failed", fault: unknownCall(call).view() };
  }
}
