import { z } from "zod";
import type { StepInput } from "../../../core/workflows/fields.ts";
import { newestOf, notesOf } from "../../../core/workflows/notes.ts";
import type { Run } from "../../../core/workflows/run.ts";
import { defineWorkflow } from "../../../core/workflows/workflow.ts";
import { withoutExpert } from "../without-expert.ts";

const count = z.int().min(0).max(10_000);

const fields = {
  num_files_documented: count,
  total_files_to_document: count,
  document_complexity: z.boolean().default(true),
  document_flow: z.boolean().default(true),
  update_existing: z.boolean().default(true),
  comments_on_complex_logic: z.boolean().default(true),
} as const;
type DocgenStep = StepInput & Readonly<z.output<z.ZodObject<typeof fields>>>;

/** Documentation file by file: it ends only when as many are documented as were counted. No model is asked. */
export const docgen = defineWorkflow({
  name: "docgen",
  title: "Documentation",
  description: "Makes you document code file by file; ends only when every counted file is done. Asks no model.",
  version: "1",
  takes: ["findings", "files_checked", "relevant_files", "relevant_context", "issues_found", "backtrack_from_step"],
  fields,
  aliases: { ...withoutExpert, confidence: null },
  // Whoever only says what is wanted has counted nothing yet.
  translate: (input) =>
    input["step"] === undefined ? { num_files_documented: 0, total_files_to_document: 0, ...input } : { ...input },
  objection: ({ num_files_documented: done, total_files_to_document: total }) =>
    done > total
      ? `it says that ${done} of ${total} files are documented, expected at most as many as there are to document`
      : undefined,
  actions: (run) => actionsOf(newestOf(run).input, run),
  unfinished: (run) => unfinished(newestOf(run).input),
  status: (run) => countersOf(newestOf(run).input),
  summary: (run) => ({ ...countersOf(newestOf(run).input), files: notesOf(run).filesChecked }),
  carries: (run) => {
    const { num_files_documented, total_files_to_document } = newestOf(run).input;
    return { num_files_documented, total_files_to_document };
  },
});

function countersOf({ num_files_documented: done, total_files_to_document: total }: DocgenStep) {
  return { num_files_documented: done, total_files_to_document: total, remaining: total - done };
}

function unfinished(step: DocgenStep): string[] {
  const { total_files_to_document: total, remaining } = countersOf(step);
  if (total === 0)
    return ["Count the files that are to be documented and name that number in total_files_to_document."];
  if (remaining === 0) return [];
  return [
    `Document the ${remaining} files that are left before you end: ${step.num_files_documented} of ${total} are done.`,
  ];
}

function actionsOf(step: DocgenStep, run: Run<DocgenStep>): string[] {
  if (step.total_files_to_document === 0)
    return [
      "Find every file that is to be documented, list all of them in relevant_files, and set total_files_to_document to their number.",
      "Change nothing yet.",
    ];
  return [...unfinished(step), ...unnamed(step, run), ...howTo(step)];
}

/** A file counts as documented once somebody can look at it. */
function unnamed({ num_files_documented: done }: DocgenStep, run: Run<DocgenStep>): string[] {
  const named = notesOf(run).filesChecked.length;
  return named >= done
    ? []
    : [`List in files_checked what is documented: ${done} files are counted, ${named} are named.`];
}

function howTo(step: DocgenStep): string[] {
  return [
    "Take the next file alone: read it from end to end, document every function, class and exported value in the language's own form, then raise num_files_documented by one.",
    "Change comments and documentation only. Where the code looks wrong, leave it and say so in issues_found.",
    ...(step.document_complexity ? ["Where an algorithm's cost matters, say it, as in O(n log n)."] : []),
    ...(step.document_flow ? ["Say what calls it and what it calls, where that is not plain."] : []),
    ...(step.update_existing
      ? ["Correct what is documented already and no longer true."]
      : ["Leave what is documented already as it is."]),
    ...(step.comments_on_complex_logic ? ["Inside functions comment only what the code cannot say: why."] : []),
  ];
}
