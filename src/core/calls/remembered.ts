import { type AgentEvent, isAgentEvent } from "../../protocol/agent-run.ts";
import type { EventData } from "../../protocol/events.ts";
import type { Spent } from "../store/spend.ts";
import type { Entry } from "../store/store.ts";

/** What an earlier attempt left in the journal that the next one must not do again. */
export interface Remembered {
  /** Steps that began, by name; recorded ones carry what they came to. */
  steps: Map<string, { recorded?: EventData<"step.recorded"> }>;
  /** Answers to `input.requested`, in order. */
  answers: unknown[];
  /** What was told of an agent run, in order. */
  told: AgentEvent[];
  /** Its client had its handle. */
  isReleased?: true;
  /** When it first began to run, milliseconds since 1970. */
  startedAt?: number;
  /** What it and all below it had used. */
  spent?: Spent;
}

/** Of a call that runs for the first time. */
export function nothingRemembered(): Remembered {
  return { steps: new Map(), answers: [], told: [] };
}

/** The fold of a journal into what recovery needs. */
export function rememberedOf(entries: Iterable<Entry>): Remembered {
  const record = nothingRemembered();
  for (const { type, at, data } of entries) {
    if (type === "call.started") record.startedAt ??= at;
    if (type === "call.released") record.isReleased = true;
    if (type === "input.answered") record.answers.push((JSON.parse(data) as EventData<"input.answered">).value);
    if (isAgentEvent(type)) record.told.push({ type, data: JSON.parse(data) });
    if (type === "step.started") record.steps.set((JSON.parse(data) as EventData<"step.started">).step, {});
    if (type === "step.recorded") {
      const recorded = JSON.parse(data) as EventData<"step.recorded">;
      record.steps.set(recorded.step, { recorded });
    }
  }
  return record;
}
