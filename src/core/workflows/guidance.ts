import { type Confidence, confidences } from "./fields.ts";
import { newestOf, notesOf } from "./notes.ts";
import type { Run } from "./run.ts";

/** What a tool tells its caller to examine, by how far the investigation is. */
export interface Guidance {
  /** After the first step. */
  first: readonly string[];
  /** While little is known: `exploring`, `low`. */
  exploring: readonly string[];
  /** While it narrows down: `medium`, `high`. */
  narrowing: readonly string[];
  /** While it only has to be confirmed: `very_high` and above. */
  confirming: readonly string[];
}

/** The part of a guidance that a run is at. */
export function guided(guidance: Guidance, run: Run): readonly string[] {
  const { confidence } = notesOf(run);
  if (isAtLeast(confidence, "very_high")) return guidance.confirming;
  if (newestOf(run).input.step_number === 1) return guidance.first;
  return isAtLeast(confidence, "medium") ? guidance.narrowing : guidance.exploring;
}

export function isAtLeast(confidence: Confidence, least: Confidence): boolean {
  return confidences.indexOf(confidence) >= confidences.indexOf(least);
}
