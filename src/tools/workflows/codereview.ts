import { z } from "zod";
import { investigating } from "../../core/workflows/fields.ts";
import { guided } from "../../core/workflows/guidance.ts";
import { saidLast } from "../../core/workflows/notes.ts";
import { defineWorkflow, type Workflow } from "../../core/workflows/workflow.ts";
import { internalReview } from "./internal-review.ts";
import { withoutFiles } from "./needs-files.ts";
import { severityFilter, words } from "./own-fields.ts";
import { type RulesParts, rulesOnFiles } from "./rules-found.ts";

const guidance = {
  first: [
    "Read each relevant file from end to end; add those that it cannot be understood without.",
    "Say what the code is for and what it promises, before you judge it.",
  ],
  exploring: [
    "Walk through the error paths: what is not caught, not closed, not awaited, not rolled back?",
    "Try the edges: empty, huge, absent, twice at once, in another order, by somebody who means harm.",
  ],
  narrowing: [
    "For each issue show the input or the order of events that triggers it; drop what you cannot trigger.",
    "Look for the same mistake elsewhere, and for tests that would notice it.",
  ],
  confirming: [
    "Rate each issue by what happens if it ships, and say how to mend it in a line.",
    "List them in issues_found, each with path:line, then end with next_step_required: false.",
  ],
};

/** Faults in code that is there. */
export function codereview(parts: RulesParts): Workflow {
  return defineWorkflow({
    name: "codereview",
    title: "Code review",
    description: "Reviews code in steps, with findings by rules; at the end an expert model reviews it too.",
    version: "1",
    takes: investigating,
    fields: {
      review_type: z.enum(["full", "security", "performance", "quick"]).optional(),
      focus_on: words,
      standards: words,
      severity_filter: severityFilter,
    },
    translate: (input) => internalReview(input, "review_validation_type"),
    expert: {
      instructions:
        "You are an expert reviewer. Find what would hurt in production: wrong results, races, leaks, lost errors, unsafe input, broken contracts, hot paths that do too much; then what makes the next change dangerous. No taste, no praise for its own sake. For each issue: [severity] path:line, what goes wrong and when, and the smallest fix. Keep to the wanted kind of review, focus, standards and severity. Say which issues of the reviewer hold, which do not, and what was missed.",
    },
    objection: withoutFiles,
    actions: (run) => guided(guidance, run),
    examine: (examined, signal) => rulesOnFiles(parts, examined, signal),
    carries: (run) => saidLast(run, ["review_type", "focus_on", "standards", "severity_filter"]),
  });
}
