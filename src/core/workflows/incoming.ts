import type { CallContext } from "../calls/work.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { ExpertParts } from "./ask-expert.ts";
import type { StepInput } from "./fields.ts";
import type { Workflow } from "./workflow.ts";

/** What taking a step needs. */
export interface StepParts extends ExpertParts {
  evidence: Evidence;
}

/** One step as it came. */
export interface Incoming {
  workflow: Workflow;
  context: CallContext;
  input: StepInput;
}
