import { newestOf } from "../../../core/workflows/notes.ts";
import type { Run } from "../../../core/workflows/run.ts";
import { defineWorkflow } from "../../../core/workflows/workflow.ts";
import { withoutExpert } from "../without-expert.ts";
import { plannerFields } from "./fields.ts";
import { isRevision, knownTo, type Plan, type PlannerStep, planOf } from "./plan.ts";

/** So many first steps of a longer plan think about the whole of it. */
const deepSteps = 3;
const longPlan = 5;

/** Fields of workflows that investigate: a plan rests on none of them, and asks nobody. */
const unused = {
  ...withoutExpert,
  findings: null,
  files_checked: null,
  relevant_files: null,
  relevant_context: null,
  issues_found: null,
  confidence: null,
};

/** A plan made step by step, with steps thought over and branches beside it; no model is asked. */
export const planner = defineWorkflow({
  name: "planner",
  title: "Planner",
  description: "Plans step by step with you: revise steps, branch off alternatives. Asks no model.",
  version: "1",
  takes: [],
  fields: plannerFields,
  aliases: unused,
  // Branches count anew from where they go off, so no number takes another step back: the plan itself tells them apart.
  besides: (step) => step.step_number > 1 || step.branch_id !== undefined || isRevision(step),
  objection: (step, before) => objectionTo(step, planOf(inputsOf(before))),
  actions: (run) => actionsOf(newestOf(run).input, planOf(inputsOf(run))),
  unfinished: (run) =>
    newestOf(run).input.more_steps_needed === true
      ? ["Plan the steps that you said are still needed, and raise total_steps to their number."]
      : [],
  status: (run) => {
    const plan = planOf(inputsOf(run));
    const { branch_id: branch = null } = newestOf(run).input;
    const branches = plan.branches.map(({ id, from, steps }) => ({ id, from, steps: steps.length }));
    return { steps: plan.steps.length, branches, current_branch: branch };
  },
  summary: (run) => ({
    plan: planOf(inputsOf(run)),
    presentation:
      "Show the whole plan under headings, one a phase: what is done, in which order, what depends on what, what could go wrong, and how each part is seen to work. Say which branch you would take and why. No estimates of time.",
  }),
  carries: (run) => ({ branch_id: newestOf(run).input.branch_id }),
});

function inputsOf(run: Run<PlannerStep> | undefined): PlannerStep[] {
  return (run?.steps ?? []).map(({ input }) => input);
}

/** What a step refers to has to be there. */
function objectionTo(step: PlannerStep, plan: Plan): string | undefined {
  const { branch_id: branch, branch_from_step: from, revises_step_number: revised } = step;
  const known = knownTo(plan, branch);
  const numbers = known.size === 0 ? "one that was planned" : `one of ${[...known].join(", ")}`;
  if (isRevision(step)) {
    if (revised === undefined) return "it revises a step and does not say which, expected revises_step_number";
    if (!known.has(revised)) return `it revises step ${revised}, which is not planned, expected ${numbers}`;
  }
  if (step.is_branch_point !== true) return undefined;
  if (branch === undefined) return "it begins a branch without a name, expected branch_id";
  if (from === undefined) return "it begins a branch and does not say where, expected branch_from_step";
  return known.has(from) ? undefined : `it branches off step ${from}, which is not planned, expected ${numbers}`;
}

function actionsOf(step: PlannerStep, plan: Plan): string[] {
  const { step_number: number, total_steps: total, branch_id: branch } = step;
  return [
    ...(total >= longPlan && number <= deepSteps ? deepThoughts(number) : [nextThought(step)]),
    ...(isRevision(step)
      ? [`Check which steps rested on the former step ${step.revises_step_number}, and revise them too.`]
      : []),
    ...(branch === undefined ? [] : [`Go on with branch_id "${branch}"; without it a step belongs to the main line.`]),
    ...unfinishedBranches(plan, branch),
    ...(number >= total
      ? ["Raise total_steps if the plan is longer than thought, or end it with next_step_required false."]
      : []),
  ];
}

/** A plan that is begun too fast is made twice. */
function deepThoughts(number: number): string[] {
  const thoughts = [
    "Before you plan further: say what exactly is asked, what is out of scope, who is affected, and what would show that it is done.",
    "Weigh at least two ways to do it by effort, risk and what they make harder later; branch off the second one (is_branch_point, branch_from_step, branch_id).",
    "Name what the plan rests on and what could break it: facts to look up in the code, parts that others own, what can be undone and what cannot.",
  ];
  return thoughts.slice(number - 1, number);
}

function nextThought({ step_number: number }: PlannerStep): string {
  return `Plan what follows step ${number}: one piece of work that can be seen to be done, what it needs first, and how it is checked. If an earlier step no longer fits, revise it (is_step_revision, revises_step_number).`;
}

/** An alternative of a single step has not been thought through. */
function unfinishedBranches({ branches }: Plan, current: string | undefined): string[] {
  const short = branches.filter(({ id, steps }) => id !== current && steps.length < 2).map(({ id }) => id);
  return short.length === 0
    ? []
    : [`Think through, or give up by a revision, what was branched off: ${short.join(", ")}.`];
}
