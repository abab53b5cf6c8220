import { Cancelled } from "../../../base/abort.ts";
import { traceIdOf } from "../../../base/traceparent.ts";
import { refusalOf } from "../../../core/operations/refusal.ts";
import { isEnding } from "../../../protocol/endings.ts";
import type { EventType } from "../../../protocol/events.ts";
import type { CallView } from "../../../protocol/result.ts";
import type { Asked } from "../asked.ts";
import { CallFollower } from "../call-follower.ts";
import { legacyTaskOf } from "./task-view.ts";

const turning: readonly EventType[] = ["input.requested", "input.answered"];

/** Tells a session of 2025-11-25 whenever its task has another status, until the task or the session has ended. */
export function tellStatus(asked: Asked, view: CallView): void {
  const over = new AbortController();
  const name = `task:${view.call}`;
  const { watches } = asked.server;
  watches.put(name, { [Symbol.dispose]: () => over.abort(new Cancelled("caller")) });
  follow(asked, view, over.signal)
    .catch((error: unknown) => {
      // The session has gone, and with it whoever would be told.
      if (over.signal.aborted) return;
      refusalOf(error, asked.house.reports, { place: "mcp", trace: traceIdOf(asked.traceparent) });
    })
    .finally(() => watches.drop(name));
}

async function follow(asked: Asked, { call, seq }: CallView, signal: AbortSignal): Promise<void> {
  const { house, server, caller } = asked;
  using follower = new CallFollower(house.journal, { call, after: seq });
  let known: unknown = "working";
  for (let isOver = false; !isOver; ) {
    const { events, state } = await follower.next(signal);
    isOver = state === "ended";
    if (state === "open" && !events.some(({ type }) => turning.includes(type) || isEnding(type))) continue;
    const task = await legacyTaskOf(house, await house.operations["call.get"]({ caller, signal }, { call }));
    if (task["status"] === known) continue;
    known = task["status"];
    await server.notification({ method: "notifications/tasks/status", params: task });
  }
}
