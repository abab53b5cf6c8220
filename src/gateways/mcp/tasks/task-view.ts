import type { CallEvent } from "../../../protocol/events.ts";
import { hasEnded } from "../../../protocol/phase.ts";
import type { CallView } from "../../../protocol/result.ts";
import type { House } from "../house.ts";

/** As both revisions of MCP spell it; every phase of a call is one of these. */
export type TaskStatus = "working" | "input_required" | "completed" | "failed" | "cancelled";

/** What every message about a task says of it; a type alias, because results have an index signature. */
export type TaskView = {
  taskId: string;
  status: TaskStatus;
  statusMessage?: string;
  createdAt: string;
  lastUpdatedAt: string;
  ttlMs: number;
  pollIntervalMs: number;
};

/** A call is a journal that is read at no cost while nothing has changed. */
const pollIntervalMs = 1000;

/** A call as a task: its id is the call's, and it lives as long. */
export async function taskOf(house: Pick<House, "journal" | "settings">, view: CallView): Promise<TaskView> {
  const updatedAt = view.endedAt ?? (await lastAt(house, view));
  return {
    taskId: view.call,
    status: statusOf(view),
    ...(hasEnded(view.phase) ? {} : { statusMessage: view.phase }),
    createdAt: new Date(view.acceptedAt).toISOString(),
    lastUpdatedAt: new Date(updatedAt).toISOString(),
    ttlMs: house.settings.keepMs,
    pollIntervalMs,
  };
}

/** A task as 2025-11-25 has them: there a tool that failed is a task that failed. */
export async function legacyTaskOf(
  house: Pick<House, "journal" | "settings">,
  view: CallView,
): Promise<Record<string, unknown>> {
  const task = await taskOf(house, view);
  const isFailed = view.phase === "failed" || view.phase === "expired";
  return inOldWords(isFailed ? { ...task, status: "failed" } : task);
}

function inOldWords({ ttlMs: ttl, pollIntervalMs: pollInterval, ...task }: TaskView): Record<string, unknown> {
  return { ...task, ttl, pollInterval };
}

/** A tool that failed has completed with an error as its result; only what nobody expected has failed. */
function statusOf({ phase, fault }: CallView): TaskStatus {
  if (phase === "waiting") return "input_required";
  if (phase === "cancelled") return "cancelled";
  if (!hasEnded(phase)) return "working";
  return fault?.code === "internal" ? "failed" : "completed";
}

async function lastAt({ journal }: Pick<House, "journal">, { call, seq, acceptedAt }: CallView): Promise<number> {
  const { events } = await journal.read(call, seq - 1, 1);
  const last = events.at(-1);
  return last === undefined ? acceptedAt : (JSON.parse(last.text) as CallEvent).at;
}
