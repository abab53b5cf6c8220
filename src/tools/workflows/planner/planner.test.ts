import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { evidenceOver, openWorkflows, take } from "../../../../test/support/workflow-bench.ts";
import { workflowTool } from "../../../core/workflows/workflow-tool.ts";
import { planner } from "./planner.ts";

async function openPlanner() {
  return await openWorkflows({
    more: (ground) => {
      const parts = { ...ground, evidence: evidenceOver(ground), expertMs: 1, asksExpert: true, timeoutMs: 60_000 };
      return [workflowTool(parts, planner)];
    },
  });
}

const tool = "planner";

function planned(
  number: number,
  words: string,
  more: Record<string, unknown> = {},
): Record<string, unknown> & { tool: string } {
  return { tool, step: words, step_number: number, total_steps: 4, next_step_required: number < 4, ...more };
}

test("a plan is made over calls, with a branch and a revision, and told whole at its end; no model hears of it", async () => {
  await using bench = await openPlanner();
  const ada = bench.someone("ada");
  const one = await take(bench, ada, planned(1, "see what is slow"));
  expect(one).toMatchObject({ status: "pause_for_planner", next_call: { tool, arguments: { step_number: 2 } } });
  const thread = { continuation_id: one.continuation_id };
  await take(bench, ada, planned(2, "add an index", thread));
  const branch = { is_branch_point: true, branch_from_step: 1, branch_id: "cache" };
  const beside = await take(bench, ada, planned(2, "keep answers", { ...thread, ...branch }));
  expect(beside).toMatchObject({
    planner_status: { branches: [{ id: "cache", from: 1, steps: 1 }], current_branch: "cache" },
    next_call: { arguments: { branch_id: "cache" } },
  });
  const revised = { ...thread, is_step_revision: true, revises_step_number: 2 };
  await take(bench, ada, planned(3, "add two indexes", revised));
  const last = await take(bench, ada, planned(4, "measure again", thread));
  expect(last).toMatchObject({
    status: "planner_complete",
    complete_planner: {
      plan: {
        steps: [
          { step_number: 1, text: "see what is slow" },
          { step_number: 2, text: "add two indexes", revisions: 1 },
          { step_number: 4, text: "measure again" },
        ],
        branches: [{ id: "cache", from: 1, steps: [{ text: "keep answers" }] }],
      },
      presentation: expect.stringContaining("whole plan"),
    },
  });
  expect(bench.vendor.seen).toEqual([]);
});

test("a plan is not over while more steps were said to be needed", async () => {
  await using bench = await openPlanner();
  const ada = bench.someone("ada");
  const more = await take(bench, ada, planned(4, "the end?", { more_steps_needed: true }));
  expect(more).toMatchObject({ status: "pause_for_planner", next_step_required: true });
  expect(more.required_actions?.join(" ")).toContain("raise total_steps");
});

test("words alone are a plan of one step, and fields of other workflows are taken and not used", async () => {
  await using bench = await openPlanner();
  const ada = bench.someone("ada");
  const said = await take(bench, ada, {
    tool,
    prompt: "move to a new database",
    model: "one",
    findings: "none",
    thinking_mode: "high",
  });
  expect(said).toMatchObject({ status: "planner_complete", step_number: 1, total_steps: 1 });
});

promise("run.loop", "a plan that says the same again and again is stopped, with how often it was said", async () => {
  await using bench = await openPlanner();
  const ada = bench.someone("ada");
  const { continuation_id } = await take(bench, ada, planned(1, "begin"));
  for (const number of [2, 3]) await take(bench, ada, planned(number, "think", { continuation_id }));
  const { tool: _tool, ...input } = planned(3, "think", { continuation_id });
  const again = await bench.call(ada, { tool, input });
  expect(again).toMatchObject({ phase: "failed", fault: { code: "call.looping", facts: { times: 2 } } });
});
