import { investigating } from "../../core/workflows/fields.ts";
import { guided } from "../../core/workflows/guidance.ts";
import { saidLast } from "../../core/workflows/notes.ts";
import type { Run } from "../../core/workflows/run.ts";
import { defineWorkflow } from "../../core/workflows/workflow.ts";
import { listOfWords, words } from "./own-fields.ts";

/** Hard questions, thought through in steps; somebody else thinks against it at the end. */
export const thinkdeep = defineWorkflow({
  name: "thinkdeep",
  title: "Think deep",
  description: "Thinks a hard question through in steps; at the end an expert model challenges it.",
  version: "1",
  takes: investigating,
  fields: {
    problem_context: words,
    focus_areas: listOfWords,
  },
  expert: {
    instructions:
      "You are a senior engineer who is asked for a second opinion on a hard question. Look for the assumption that everything rests on and test it. Name alternatives that were not considered, what each would cost, and under which circumstances it wins. Say where the reasoning has a gap, which risks and edge cases it leaves out, and what you would decide.",
    thinking: "high",
  },
  actions: (run) => [
    ...guided(
      {
        first: [
          "Write down what exactly is to be decided, what is known for sure, and what is only assumed.",
          "Read the code or documents that the question is about, and note what contradicts your first idea.",
          "Find at least two other answers than the one that came first.",
        ],
        exploring: [
          "Test the weakest assumption against the code, or against a small calculation.",
          "For each answer, say what it costs, what it breaks and when it would be the wrong one.",
        ],
        narrowing: [
          "Compare the answers that are left by the same measures, and say which facts tip the balance.",
          "Look for the case in which the leading answer fails.",
        ],
        confirming: [
          "Try once more to refute the answer: what would have to be true for it to be wrong, and have you looked?",
          "Put the answer, its reasons and what remains uncertain into findings, and end with next_step_required: false.",
        ],
      },
      run,
    ),
    ...untouched(saidLast(run, ["focus_areas"]).focus_areas ?? [], run),
  ],
  carries: (run) => saidLast(run, ["problem_context", "focus_areas"]),
});

/** Areas that the caller wanted looked at, and that no finding names yet. */
function untouched(areas: readonly string[], { steps }: Run): string[] {
  const said = steps.map(({ input }) => input.findings?.toLowerCase() ?? "").join("\n");
  const missing = areas.filter((area) => !said.includes(area.toLowerCase()));
  return missing.length === 0 ? [] : [`Say something of what you wanted looked at: ${missing.join(", ")}.`];
}
