/**
 * Where a call can be. `accepted`: durable. `queued`: waits for permits. `running`. `paused`: by a client; `waiting`: for
 * an answer to its question. `cancelling`: its end is decided, its cause's ending is all that may follow. The last four
 * are the ends. Which event leads where stands in `src/core/fold/call-state.ts`.
 */
export const phases = [
  "accepted",
  "queued",
  "running",
  "paused",
  "waiting",
  "cancelling",
  "succeeded",
  "failed",
  "cancelled",
  "expired",
] as const;
/** Where a call is. */
export type Phase = (typeof phases)[number];

/** Those that no event leaves. */
export const endedPhases = ["succeeded", "failed", "cancelled", "expired"] as const satisfies readonly Phase[];

/** Whether a call of this phase will change no more. */
export function hasEnded(phaseNow: Phase): boolean {
  return (endedPhases as readonly Phase[]).includes(phaseNow);
}
