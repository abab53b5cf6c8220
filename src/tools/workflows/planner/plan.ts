import type { StepInput } from "../../../core/workflows/fields.ts";
import type { PlannerFields } from "./fields.ts";

export type PlannerStep = StepInput & PlannerFields;

export interface PlanStep {
  step_number: number;
  text: string;
  /** How often it was thought over. */
  revisions: number;
}

export interface Branch {
  id: string;
  /** The step that it goes off from, where that was said. */
  from?: number;
  steps: readonly PlanStep[];
}

/** A plan as its steps come to: the main line, and what was thought of beside it. */
export interface Plan {
  steps: readonly PlanStep[];
  branches: readonly Branch[];
}

const nothing: Plan = { steps: [], branches: [] };

/** The plan that the steps of a run make, oldest first. */
export function planOf(steps: readonly PlannerStep[]): Plan {
  return steps.reduce(withStep, nothing);
}

/** The steps that a step's own line has: those of its branch, or of the main line. */
export function lineOf(plan: Plan, branch: string | undefined): readonly PlanStep[] {
  return branch === undefined ? plan.steps : (plan.branches.find(({ id }) => id === branch)?.steps ?? []);
}

/** All numbers that a step may refer to from its branch: what that goes off from is part of it. */
export function knownTo(plan: Plan, branch: string | undefined): ReadonlySet<number> {
  return new Set([...plan.steps, ...lineOf(plan, branch)].map(({ step_number }) => step_number));
}

function withStep(plan: Plan, step: PlannerStep): Plan {
  const { branch_id: id, branch_from_step: from } = step;
  if (id === undefined) return { ...plan, steps: withLine(plan.steps, step) };
  const isOwn = lineOf(plan, id).some(({ step_number }) => step_number === step.revises_step_number);
  // What a branch revises of the main line is revised there.
  if (isRevision(step) && !isOwn) return { ...plan, steps: withLine(plan.steps, step) };
  const known = plan.branches.find((branch) => branch.id === id) ?? { id, steps: [] };
  const branch = { ...known, ...(from !== undefined && { from }), steps: withLine(known.steps, step) };
  return { ...plan, branches: [...plan.branches.filter((each) => each.id !== id), branch] };
}

/** A revision takes the place of what it revises; a number that came before is said anew. */
function withLine(steps: readonly PlanStep[], step: PlannerStep): readonly PlanStep[] {
  const { step: text, step_number, revises_step_number = step_number } = step;
  const at = steps.findIndex((each) => each.step_number === revises_step_number);
  const before = steps[at];
  if (before === undefined) return [...steps, { step_number, text, revisions: 0 }];
  return steps.with(at, { ...before, text, revisions: before.revisions + 1 });
}

export function isRevision({ is_step_revision, revises_step_number }: PlannerStep): boolean {
  return is_step_revision === true || (is_step_revision === undefined && revises_step_number !== undefined);
}
