import { hasEnded } from "../../../protocol/phase.ts";
import { advance, type CallState, factOf } from "../../fold/call-state.ts";
import type { Entry } from "../store.ts";

/** What events make of a call. */
export interface Folded {
  state: CallState;
  /** When it ended; null while it has not. */
  endedAt: number | null;
}

/** The state after all entries, or `undefined` where one of them may not follow. */
export function fold(before: CallState | undefined, entries: readonly Entry[]): Folded | undefined {
  let state = before;
  for (const entry of entries) {
    state = advance(
      state,
      factOf(entry.type, () => JSON.parse(entry.data)),
    );
    if (state === undefined) return undefined;
  }
  if (state === undefined) return undefined;
  return { state, endedAt: hasEnded(state.phase) ? (entries.at(-1)?.at ?? null) : null };
}
