import { expect, test } from "vitest";
import { type PlannerStep, planOf } from "./plan.ts";
import { planner } from "./planner.ts";

function step(step_number: number, text: string, more: Partial<PlannerStep> = {}): PlannerStep {
  return { step: text, step_number, total_steps: 6, next_step_required: true, ...more };
}

const main = [step(1, "look"), step(2, "build"), step(3, "ship")];
const branched = [
  ...main,
  step(3, "buy", { is_branch_point: true, branch_from_step: 2, branch_id: "buy" }),
  step(4, "integrate", { branch_id: "buy" }),
];

test("branches go beside the main line and count from where they go off", () => {
  const plan = planOf([...branched, step(4, "tell everybody")]);
  expect(plan.steps.map(({ step_number, text }) => [step_number, text])).toEqual([
    [1, "look"],
    [2, "build"],
    [3, "ship"],
    [4, "tell everybody"],
  ]);
  expect(plan.branches).toEqual([
    {
      id: "buy",
      from: 2,
      steps: [
        { step_number: 3, text: "buy", revisions: 0 },
        { step_number: 4, text: "integrate", revisions: 0 },
      ],
    },
  ]);
});

test("a revision takes the place of its step, in its branch where that has it, and of what the branch goes off from", () => {
  const revised = planOf([
    ...branched,
    step(5, "rent", { is_step_revision: true, revises_step_number: 3, branch_id: "buy" }),
    step(6, "build less", { is_step_revision: true, revises_step_number: 2, branch_id: "buy" }),
    step(6, "look closer", { revises_step_number: 1 }),
  ]);
  expect(revised.steps.map(({ text, revisions }) => [text, revisions])).toEqual([
    ["look closer", 1],
    ["build less", 1],
    ["ship", 0],
  ]);
  expect(revised.branches[0]?.steps.map(({ text, revisions }) => [text, revisions])).toEqual([
    ["rent", 1],
    ["integrate", 0],
  ]);
});

test("the same number again in the same line is the step said anew", () => {
  expect(planOf([...main, step(3, "ship slowly")]).steps.at(-1)).toEqual({
    step_number: 3,
    text: "ship slowly",
    revisions: 1,
  });
});

const before = { id: "c1", steps: main.map((input) => ({ input })), taken: 3, takenBack: 0 };
const wrong: [string, Partial<PlannerStep>, RegExp][] = [
  ["a revision of nothing", { is_step_revision: true }, /expected revises_step_number/],
  ["a revision of what is not planned", { revises_step_number: 9 }, /step 9, which is not planned/],
  ["a branch without a name", { is_branch_point: true, branch_from_step: 1 }, /expected branch_id/],
  ["a branch from nowhere", { is_branch_point: true, branch_id: "b" }, /expected branch_from_step/],
  ["a branch off what is not planned", { is_branch_point: true, branch_id: "b", branch_from_step: 7 }, /step 7/],
];
for (const [what, more, why] of wrong)
  test(`${what} is refused, with what is missing`, () => {
    expect(planner.objection?.(step(4, "x", more) as never, before as never)).toMatch(why);
  });

test("what refers to what is planned is taken", () => {
  const branch = step(4, "x", { is_branch_point: true, branch_id: "b", branch_from_step: 2 });
  expect(planner.objection?.(branch as never, before as never)).toBeUndefined();
});

test("the first three steps of a long plan ask to think further than the next one", () => {
  const actions = (steps: PlannerStep[]) =>
    planner.actions({ ...before, steps: steps.map((input) => ({ input })) } as never).join(" ");
  const deep = [actions(main.slice(0, 1)), actions(main.slice(0, 2)), actions(main)];
  expect(deep[0]).toContain("out of scope");
  expect(deep[1]).toContain("at least two ways");
  expect(deep[2]).toContain("could break it");
  expect(actions([...main, step(4, "more")])).toContain("what follows step 4");
  expect(actions([step(1, "short", { total_steps: 3 })])).toContain("what follows step 1");
});
