import { investigating } from "../../core/workflows/fields.ts";
import { guided } from "../../core/workflows/guidance.ts";
import { defineWorkflow } from "../../core/workflows/workflow.ts";
import { withoutFiles } from "./needs-files.ts";

/** Tests that would notice. */
export const testgen = defineWorkflow({
  name: "testgen",
  title: "Test generation",
  description: "Finds what to test, and how, in steps; at the end an expert model writes the tests.",
  version: "1",
  takes: investigating,
  fields: {},
  expert: {
    instructions:
      "You are an expert in tests. From the code and the plan, write the tests that are worth having: each title a promise in plain words, each test one reason to fail, in the framework and style that the project already uses. Cover what the code promises, its edges and its failures: empty, huge, absent, twice at once, out of order, refused. No test of a mock, no test that passes when nothing was checked. Say which behaviour cannot be tested as the code is, and what would have to give.",
  },
  objection: withoutFiles,
  actions: (run) =>
    guided(
      {
        first: [
          "Read the code to be tested and write down what it promises, to whom, and how it may fail.",
          "Find the tests that are there: their framework, their helpers, their style.",
        ],
        exploring: [
          "For each branch and each thrown error, find an input that reaches it.",
          "List the edges: empty, one, many, too many, absent, malformed, twice, at the same time.",
        ],
        narrowing: [
          "For each case say what would break without anybody noticing today; drop the cases that say nothing new.",
          "Decide what is real in the test and what has to be stood in for, and why.",
        ],
        confirming: [
          "Order the cases by what they protect, with path:line of what each one holds.",
          "Name the framework and the files in which the tests belong, then end with next_step_required: false.",
        ],
      },
      run,
    ),
});
