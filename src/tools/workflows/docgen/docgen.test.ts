import { expect, test } from "vitest";
import { evidenceOver, openWorkflows, put, take } from "../../../../test/support/workflow-bench.ts";
import { workflowTool } from "../../../core/workflows/workflow-tool.ts";
import { docgen } from "./docgen.ts";

async function openDocgen() {
  return await openWorkflows({
    more: (ground) => {
      const parts = { ...ground, evidence: evidenceOver(ground), expertMs: 1, asksExpert: true, timeoutMs: 60_000 };
      return [workflowTool(parts, docgen)];
    },
  });
}

const tool = "docgen";

function documented(number: number, done: number, total: number): Record<string, unknown> & { tool: string } {
  return {
    tool,
    step: `document, step ${number}`,
    step_number: number,
    total_steps: 2,
    next_step_required: number < 2,
    findings: `step ${number} says what was documented`,
    num_files_documented: done,
    total_files_to_document: total,
  };
}

test("it does not end before as many files are documented as were counted, whatever the caller says", async () => {
  await using bench = await openDocgen();
  const ada = bench.someone("ada");
  const one = await put(bench, "one.ts", "export const one = 1;\n");
  const counting = await take(bench, ada, documented(1, 0, 0));
  expect(counting.required_actions?.join(" ")).toContain("set total_files_to_document");
  const { continuation_id } = counting;
  const early = await take(bench, ada, { ...documented(2, 1, 3), continuation_id, files_checked: [one] });
  expect(early).toMatchObject({
    status: "pause_for_docgen",
    next_step_required: true,
    docgen_status: { num_files_documented: 1, total_files_to_document: 3, remaining: 2 },
    next_call: { arguments: { num_files_documented: 1, total_files_to_document: 3 } },
  });
  expect(early.required_actions?.[0]).toContain("Document the 2 files that are left");
  const end = await take(bench, ada, { ...documented(3, 3, 3), continuation_id });
  expect(end).toMatchObject({ status: "docgen_complete", complete_docgen: { remaining: 0, files: [one] } });
  expect(bench.vendor.seen).toEqual([]);
});

test("what counts as documented is asked for by name, and more than there is to do is refused", async () => {
  await using bench = await openDocgen();
  const ada = bench.someone("ada");
  const unnamed = await take(bench, ada, documented(1, 2, 4));
  expect(unnamed.required_actions?.join(" ")).toContain("2 files are counted, 0 are named");
  const { tool: _tool, ...input } = documented(1, 5, 4);
  const refused = await bench.call(ada, { tool, input });
  expect(refused).toMatchObject({ phase: "failed", fault: { code: "input.invalid" } });
  expect(refused.fault?.message).toContain("5 of 4 files");
});

test("words alone begin it: nothing is counted yet, so it is not over", async () => {
  await using bench = await openDocgen();
  const said = await take(bench, bench.someone("ada"), { tool, text: "document the parser" });
  expect(said).toMatchObject({ status: "pause_for_docgen", step_number: 1 });
  expect(said.required_actions?.join(" ")).toContain("Count the files");
});
