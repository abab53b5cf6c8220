import { CallFollower } from "../../../core/calls/call-follower.ts";
import type { Request } from "../../../core/operations/operations.ts";
import { isEnding } from "../../../protocol/endings.ts";
import type { EventType } from "../../../protocol/events.ts";
import type { CallView } from "../../../protocol/result.ts";
import type { House } from "../house.ts";

const turning: readonly EventType[] = ["input.requested", "input.answered"];

/** A call whenever, behind this view of it, its task may have another status; the last is of its end. */
export async function* statusChanges(
  house: Pick<House, "journal" | "operations">,
  request: Request,
  { call, seq }: CallView,
): AsyncGenerator<CallView, void> {
  using follower = new CallFollower(house.journal, { call, after: seq });
  for (let isOver = false; !isOver; ) {
    const { events, state } = await follower.next(request.signal);
    isOver = state === "ended";
    if (state === "open" && !events.some(({ type }) => turning.includes(type) || isEnding(type))) continue;
    yield await house.operations["call.get"](request, { call });
  }
}
