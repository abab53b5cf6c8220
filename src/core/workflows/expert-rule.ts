import type { Facts } from "./facts.ts";
import { newestOf, notesOf } from "./notes.ts";
import type { Run } from "./run.ts";

/** Why an expert is not asked. That the caller is certain is no reason. */
export type SkipRule = "asked-not-to" | "nothing-to-judge" | "no-model";

export interface Skipped {
  rule: SkipRule;
  why: string;
}

/** By which rule the expert of a run that is over is skipped, before anybody is looked for; nothing where they are asked. */
export function skippedBy(run: Run, facts: Facts): Skipped | undefined {
  const { input } = newestOf(run);
  if (input.use_assistant_model === false)
    return { rule: "asked-not-to", why: "the step says use_assistant_model: false" };
  const nothing = facts.nothingToJudge ?? nothingSaid(run);
  return nothing === undefined ? undefined : { rule: "nothing-to-judge", why: nothing };
}

/** One step that is a question is enough; of an investigation there has to be something. */
function nothingSaid(run: Run): string | undefined {
  const isQuestion = newestOf(run).input.total_steps === 1;
  const { issues } = notesOf(run);
  const isThere = run.steps.some(
    ({ input, evidence }) =>
      (input.findings ?? "").trim() !== "" ||
      evidence.findings.length > 0 ||
      evidence.files.some((file) => "sha256" in file),
  );
  return isQuestion || isThere || issues.length > 0
    ? undefined
    : "the steps hold no finding, no issue and no file that could be opened";
}
