import { isEnding } from "./endings.ts";
import type { EventData, EventType } from "./events.ts";

/** The events of an agent run, besides those of its call. */
export const agentEventTypes = [
  "agent.started",
  "agent.thinking",
  "tool.executing",
  "tool.completed",
  "agent.alive",
  "agent.completed",
  "agent.failed",
] as const satisfies readonly EventType[];
export type AgentEventType = (typeof agentEventTypes)[number];

export type AgentEvent = { [T in AgentEventType]: { type: T; data: EventData<T> } }[AgentEventType];

/**
 * A run as the fold over its events: what a page shows, what the daemon emits by, what tests hold it to. From `new` by
 * `agent.started` to `running`, from there to `completed` or `failed`, which nothing leaves. Within a turn it is
 * thinking while `open` is not set, and otherwise waits for that tool.
 */
export interface AgentRun {
  /** Also what its call comes to: `completed` where that succeeds, `failed` where it ends otherwise. */
  phase: "new" | "running" | "completed" | "failed";
  /** The turn that it is in, from 1; 0 before the first. */
  turn: number;
  /** Tools that this turn has used. */
  uses: number;
  /** The tool that is at work. */
  open?: Pick<EventData<"tool.executing">, "turn" | "id" | "tool">;
}

/** Before its first event. */
export const newRun: AgentRun = { phase: "new", turn: 0, uses: 0 };

/** Whether an event belongs to a run, and not to its call alone. */
export function isAgentEvent(type: string): type is AgentEventType {
  return (agentEventTypes as readonly string[]).includes(type);
}

/** The place of a use in its run: the turn, and the number in it. */
export function useId(turn: number, number: number): string {
  return `${turn}.${number}`;
}

/**
 * The run after an event, or `undefined` where it may not follow: started once, then turns in their order, each
 * thinking once and then using tools one after another, every use told twice; one ending, after which there is nothing.
 */
export function advanceRun(run: AgentRun, event: AgentEvent): AgentRun | undefined {
  if (event.type === "agent.started") return run.phase === "new" ? { ...run, phase: "running" } : undefined;
  if (run.phase !== "running") return undefined;
  if (event.type === "agent.alive") return event.data.turn === run.turn ? run : undefined;
  if (event.type === "tool.completed") return closed(run, event.data);
  if (run.open !== undefined) return undefined;
  if (event.type === "tool.executing") return opened(run, event.data);
  if (event.type === "agent.thinking") return thinking(run, event.data);
  if (event.data.turns !== run.turn) return undefined;
  return { ...run, phase: event.type === "agent.completed" ? "completed" : "failed" };
}

/** The run that these events tell; one that may not follow tells nothing. */
export function runOf(events: readonly AgentEvent[]): AgentRun {
  return events.reduce((run, event) => advanceRun(run, event) ?? run, newRun);
}

/** Why a journal is not that of an agent run that has ended, or `undefined` where it is one. `events` are all of it, in order. */
export function objectionTo(events: Iterable<{ type: EventType; data: unknown }>): string | undefined {
  let run = newRun;
  let ended: EventType | undefined;
  for (const { type, data } of events) {
    if (ended !== undefined) return `${type} after ${ended}`;
    if (isEnding(type)) ended = type;
    if (!isAgentEvent(type)) continue;
    const next = advanceRun(run, { type, data } as AgentEvent);
    if (next === undefined) return `${type} ${JSON.stringify(data)} after ${JSON.stringify(run)}`;
    run = next;
  }
  if (ended === undefined) return "no ending of the call";
  if (run.phase === "new") return undefined;
  const expected = ended === "call.succeeded" ? "completed" : "failed";
  return run.phase === expected ? undefined : `the run is ${run.phase} and its call ended by ${ended}`;
}

function thinking(run: AgentRun, { turn }: EventData<"agent.thinking">): AgentRun | undefined {
  return turn === run.turn + 1 ? { ...run, turn, uses: 0 } : undefined;
}

function opened(run: AgentRun, { turn, id, tool }: EventData<"tool.executing">): AgentRun | undefined {
  const uses = run.uses + 1;
  if (turn !== run.turn || turn === 0 || id !== useId(turn, uses)) return undefined;
  return { ...run, uses, open: { turn, id, tool } };
}

function closed({ open, ...run }: AgentRun, { turn, id, tool }: EventData<"tool.completed">): AgentRun | undefined {
  return open?.id === id && open.turn === turn && open.tool === tool ? run : undefined;
}

/** What is missing where a run is ended from outside: the end of the use that is open, then of the run. */
export function closingOf(
  run: AgentRun,
  fault: EventData<"agent.failed">["fault"],
  spent: EventData<"agent.failed">["spent"],
): AgentEvent[] {
  if (run.phase !== "running") return [];
  const failed: AgentEvent = { type: "agent.failed", data: { turns: run.turn, fault, spent } };
  if (run.open === undefined) return [failed];
  const ended = { ...run.open, outcome: "ended", excerpt: "", omitted: 0, spent } as const;
  return [{ type: "tool.completed", data: ended }, failed];
}
