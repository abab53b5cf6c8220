import { Cancelled } from "../../../base/abort.ts";
import { traceIdOf } from "../../../base/traceparent.ts";
import { refusalOf } from "../../../core/operations/refusal.ts";
import type { CallView } from "../../../protocol/result.ts";
import type { Asked } from "../asked.ts";
import { statusChanges } from "./status-changes.ts";
import { legacyTaskOf } from "./task-view.ts";

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

async function follow(asked: Asked, view: CallView, signal: AbortSignal): Promise<void> {
  const { house, server, caller } = asked;
  let known: unknown = "working";
  for await (const now of statusChanges(house, { caller, signal }, view)) {
    const task = await legacyTaskOf(house, now);
    if (task["status"] === known) continue;
    known = task["status"];
    await server.notification({ method: "notifications/tasks/status", params: task });
  }
}
