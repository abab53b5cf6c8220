import type { StepInput } from "../../core/workflows/fields.ts";

/** Why a step that begins an investigation of files cannot be taken; one that is only a question needs none. */
export function withoutFiles(step: StepInput, before: unknown): string | undefined {
  const isQuestion = step.total_steps === 1 && !step.next_step_required;
  const hasFiles = (step.relevant_files?.length ?? 0) > 0;
  return before !== undefined || isQuestion || hasFiles
    ? undefined
    : "it names no files, expected relevant_files in the first step";
}
