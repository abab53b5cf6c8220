import type { CallId } from "../../protocol/ids.ts";
import type { EvidenceOfStep } from "./facts.ts";
import type { StepInput } from "./fields.ts";

/** What came of the expert at the end of a step. */
export interface ExpertOutcome {
  /** `skipped`: by the rule that `why` names; `failed`: asked without an answer, and may be asked again. */
  status: "answered" | "skipped" | "failed";
  /** The name of the rule; the code of the fault. */
  rule?: string;
  why: string;
}

/** A step that was taken. */
export interface TakenStep<S extends StepInput = StepInput> {
  input: S;
  evidence: EvidenceOfStep;
  expert?: ExpertOutcome;
  /** Whether the workflow was over after it. */
  isLast: boolean;
  /** The call that took it. */
  call: CallId;
  /** How often it was sent again just as it was. */
  repeats: number;
}

/** One run of a workflow: the fold over the steps that its thread has on record. */
export interface Run<S extends StepInput = StepInput> {
  /** The call of its first step. */
  id: CallId;
  /** Those that count, oldest first: what was taken back is not among them. */
  steps: readonly TakenStep<S>[];
  /** Every step that was ever sent, those taken back and repeated ones too. */
  taken: number;
  /** How many were taken back. */
  takenBack: number;
  /** The calls of all that was sent since an expert answered last, or ever: what none of them was told. */
  untold: readonly CallId[];
}
