import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type ClientCapabilities,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { Cancelled } from "../../../base/abort.ts";
import { isRecord } from "../../../base/is-record.ts";
import { knownCall } from "../../../core/operations/known-call.ts";
import { refusalOf } from "../../../core/operations/refusal.ts";
import type { Caller } from "../../../core/tenants/caller.ts";
import { callId } from "../../../protocol/ids.ts";
import { hasEnded } from "../../../protocol/phase.ts";
import type { CallView } from "../../../protocol/result.ts";
import type { House } from "../house.ts";
import { tasksExtension } from "../server-options.ts";
import { limitsOf } from "../settings.ts";
import { statusChanges } from "./status-changes.ts";
import { detailedTask } from "./task-details.ts";

/** A task that somebody listens to. */
export interface TaskWish {
  taskId: string;
  /** What the listening request says of its client. */
  meta: unknown;
  tell: (task: Record<string, unknown>) => Promise<void>;
}

const saidOfClient = z.looseObject({
  [CLIENT_CAPABILITIES_META_KEY]: z.custom<ClientCapabilities>(isRecord).optional(),
  [CLIENT_INFO_META_KEY]: z.looseObject({ name: z.string() }).optional(),
});

/**
 * Tells how a task stands: now, and whenever its status is another, until it has ended. `undefined` where this
 * caller has no such task, or its client knows none.
 */
export async function watchTask(
  { house, caller }: { house: House; caller: Caller },
  { taskId, meta, tell }: TaskWish,
): Promise<Disposable | undefined> {
  const parsed = callId.safeParse(taskId);
  const said = saidOfClient.safeParse(meta);
  const capabilities = said.data?.[CLIENT_CAPABILITIES_META_KEY] ?? {};
  if (!parsed.success || capabilities.extensions?.[tasksExtension] === undefined) return undefined;
  const limits = limitsOf(house.settings, said.data?.[CLIENT_INFO_META_KEY]?.name ?? "");
  const over = new AbortController();
  const request = { caller, signal: over.signal };
  const view = await knownCall(house, request, parsed.data);
  if (view === undefined) return undefined;
  let known: unknown;
  const told = async (now: CallView) => {
    const task = await detailedTask({ house, capabilities, limits }, now);
    if (task["status"] === known) return;
    known = task["status"];
    await tell(task);
  };
  const follow = async () => {
    await told(view);
    if (hasEnded(view.phase)) return;
    for await (const now of statusChanges(house, request, view)) await told(now);
  };
  follow().catch((error: unknown) => {
    // Whoever listened has gone: nobody is left to be told.
    if (!over.signal.aborted) refusalOf(error, house.reports, { place: "mcp", trace: "" });
  });
  return { [Symbol.dispose]: () => over.abort(new Cancelled("caller")) };
}
