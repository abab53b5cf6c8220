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
export type Phase = (typeof phases)[number];

export const endedPhases = ["succeeded", "failed", "cancelled", "expired"] as const satisfies readonly Phase[];

/** Whether a call of this phase will change no more. */
export function hasEnded(phaseNow: Phase): boolean {
  return (endedPhases as readonly Phase[]).includes(phaseNow);
}
