import type { CancelledBy } from "../../base/abort.ts";
import { endedAs, isEnding, type TerminalType } from "../../protocol/endings.ts";
import type { EventType } from "../../protocol/events.ts";
import { hasEnded, type Phase } from "../../protocol/phase.ts";

/**
 * A call as the fold over its journal: nothing else decides what a call is. `accepted → queued → running`; `paused` from
 * each of these, `waiting` from `running` alone, both back to `running`, which queues again for the permits that it gave
 * back; from every one of them to `cancelling` or to an end; from `cancelling` to its cause's end; from an end to nothing.
 * Event sourcing, with the store's transaction as the one referee of races: whoever comes second is refused.
 */
export interface CallState {
  phase: Phase;
  /** The number of the last event. */
  seq: number;
  /** How often it began to run; recovery starts a new attempt. */
  attempts: number;
  /** Why it is being ended, once that is decided; only this cause's ending may follow. */
  cancelling?: CancelledBy;
}

/** What of an event decides the next state. */
export interface Fact {
  type: EventType;
  /** Whose decision it is, for `call.cancelling`. */
  by?: CancelledBy;
  /** The fault's code, for endings. */
  code?: string;
}

/** The fact of an event; its data is read only where it decides something: this is on the path of every event. */
export function factOf(type: EventType, read: () => unknown): Fact {
  if (type === "call.cancelling") return { type, by: (read() as { by: CancelledBy }).by };
  if (type !== "call.failed") return { type };
  const { fault } = read() as { fault?: { code: string } };
  return fault === undefined ? { type } : { type, code: fault.code };
}

/** The ending that each cause leads to: the one that may follow it, beside `call.failed` with `process.unkillable`. */
export const endingOf: Record<CancelledBy, Exclude<TerminalType, "call.succeeded">> = {
  caller: "call.cancelled",
  limit: "call.failed",
  deadline: "call.expired",
  shutdown: "call.failed",
};

const open: readonly Phase[] = ["accepted", "queued", "running", "paused", "waiting"];

/** Which event leads where, and from where it may come. An event without a line here changes no phase. */
const moves: Partial<Record<EventType, { from: readonly Phase[]; to: Phase }>> = {
  // Only the first event, which `advance` takes where there is no state.
  "call.accepted": { from: [], to: "accepted" },
  "call.queued": { from: ["accepted", "running"], to: "queued" },
  // A new attempt begins after a crash, wherever the one before it stood.
  "call.started": { from: open, to: "running" },
  "call.paused": { from: ["accepted", "queued", "running"], to: "paused" },
  "call.resumed": { from: ["paused", "queued"], to: "running" },
  "input.requested": { from: ["running"], to: "waiting" },
  "input.answered": { from: ["waiting"], to: "running" },
  "call.cancelling": { from: open, to: "cancelling" },
};

/**
 * The only place where a phase changes. Answers the next state, or `undefined` where the event may not
 * follow: ended is ended, and after `call.cancelling` only that cause's ending is left.
 */
export function advance(state: CallState | undefined, fact: Fact): CallState | undefined {
  if (state === undefined)
    return fact.type === "call.accepted" ? { phase: "accepted", seq: 1, attempts: 0 } : undefined;
  if (hasEnded(state.phase)) return undefined;
  if (isEnding(fact.type)) return mayEnd(state, fact) ? next(state, endedAs[fact.type], fact) : undefined;
  const move = moves[fact.type];
  if (move === undefined) return next(state, state.phase, fact);
  return move.from.includes(state.phase) ? next(state, move.to, fact) : undefined;
}

function next(state: CallState, phase: Phase, fact: Fact): CallState {
  const attempts = fact.type === "call.started" ? state.attempts + 1 : state.attempts;
  const seq = state.seq + 1;
  return fact.by === undefined
    ? { ...state, phase, seq, attempts }
    : { ...state, phase, seq, attempts, cancelling: fact.by };
}

function mayEnd(state: CallState, fact: Fact): boolean {
  if (state.cancelling === undefined) return true;
  return (
    fact.type === endingOf[state.cancelling] || (fact.type === "call.failed" && fact.code === "process.unkillable")
  );
}
