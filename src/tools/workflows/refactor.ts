import { z } from "zod";
import { investigating } from "../../core/workflows/fields.ts";
import { guided } from "../../core/workflows/guidance.ts";
import { saidLast } from "../../core/workflows/notes.ts";
import { defineWorkflow } from "../../core/workflows/workflow.ts";
import { listOfWords } from "./own-fields.ts";

/** How far other clients' words say that an investigation is. */
const progress: Readonly<Record<string, string>> = { incomplete: "low", partial: "medium", complete: "certain" };

/** A better shape for code that works. */
export const refactor = defineWorkflow({
  name: "refactor",
  title: "Refactor",
  description: "Finds what to restructure, and in which order, in steps; an expert model judges the plan.",
  version: "1",
  takes: investigating,
  fields: {
    refactor_type: z.enum(["codesmells", "decompose", "modernize", "organization"]).optional(),
    focus_areas: listOfWords,
    style_guide_examples: listOfWords,
  },
  translate: ({ confidence, ...input }) => ({
    ...input,
    ...(confidence !== undefined && { confidence: progress[String(confidence)] ?? confidence }),
  }),
  expert: {
    instructions:
      "You are an expert in restructuring code without changing what it does. Judge each proposed change by what it makes simpler for the next reader and what it risks. Name the seams: what to move, what to split, what to delete, with path:line and the order in which every step leaves the tests green. Say which proposals are not worth it. Keep to the wanted kind of refactoring and to the examples of style.",
  },
  actions: (run) =>
    guided(
      {
        first: [
          "Read the code from end to end before you judge it, and list what each part is responsible for.",
          "Find the tests that hold its behaviour; what none of them holds may not be moved yet.",
        ],
        exploring: [
          "Look for the longest functions, the deepest nesting, and what has to be changed together.",
          "Find what is written twice, and what is kept only for callers that are gone.",
        ],
        narrowing: [
          "For each proposal name the callers that would notice, and the smallest first step.",
          "Order the proposals: first what makes the others easier.",
        ],
        confirming: [
          "Walk through the riskiest proposal once on the code: does every caller still get what it got?",
          "List the proposals in issues_found, each with path:line, then end with next_step_required: false.",
        ],
      },
      run,
    ),
  carries: (run) => saidLast(run, ["refactor_type", "focus_areas", "style_guide_examples"]),
});
