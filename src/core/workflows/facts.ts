import type { Checked, Citation, Finding } from "../evidence/evidence.ts";

/** What the server found by itself in a step. */
export interface Facts {
  /** By rules, each with its method. */
  findings?: readonly Finding[];
  /** For programs: told in `data` under the names given here. */
  data?: Readonly<Record<string, unknown>>;
  /** For people: part of the answer. */
  text?: string;
  /** For the expert alone, as it is: the diff. */
  exhibit?: string;
  /** What the run should look at because of it, before anything else. */
  actions?: readonly string[];
  /** Why there is nothing for an expert to judge; absent where there is. */
  nothingToJudge?: string;
}

/** What a step named, as it was found when the step was taken. It stays on record with the step. */
export interface EvidenceOfStep {
  /** The files that it names as checked or relevant. */
  files: readonly Checked[];
  /** The places that its findings cite. */
  citations: readonly Citation[];
  /** What rules found in it. */
  findings: readonly Finding[];
}
