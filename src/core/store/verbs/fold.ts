import { hasEnded } from "../../../protocol/phase.ts";
import { advance, type CallState, type Fact } from "../../calls/state.ts";
import type { Entry } from "../store.ts";

export interface Folded {
  state: CallState;
  /** When it ended; null while it has not. */
  endedAt: number | null;
}

/** The state after all entries, or `undefined` where one of them may not follow. */
export function fold(before: CallState | undefined, entries: readonly Entry[]): Folded | undefined {
  let state = before;
  for (const entry of entries) {
    state = advance(state, factOf(entry, state));
    if (state === undefined) return undefined;
  }
  if (state === undefined) return undefined;
  return { state, endedAt: hasEnded(state.phase) ? (entries.at(-1)?.at ?? null) : null };
}

/** Data is parsed only where it decides something: this is on the path of every event. */
function factOf(entry: Entry, state: CallState | undefined): Fact {
  const { type, data } = entry;
  if (type === "call.cancelling") return { type, by: JSON.parse(data).by };
  if (type === "call.failed" && state?.cancelling !== undefined) return { type, code: JSON.parse(data).fault?.code };
  return { type };
}
