import type { ExpertParts } from "./ask-expert.ts";
import type { Facts } from "./facts.ts";
import { newestOf, notesOf } from "./notes.ts";
import type { Run } from "./run.ts";

/** Why an expert is not asked. That the caller is certain is no reason. */
export type SkipRule = "asked-not-to" | "nothing-to-judge" | "no-model";

/** Why nobody is asked: `rule` for programs, `why` for people. */
export interface Skipped {
  rule: SkipRule;
  why: string;
}

/** By which rule the expert of a run that is over is skipped, before anybody is looked for; nothing where they are asked. */
export function skippedBy(
  { run, facts }: { run: Run; facts: Facts },
  { asksExpert }: Pick<ExpertParts, "asksExpert">,
): Skipped | undefined {
  const { use_assistant_model: isWanted } = newestOf(run).input;
  if (isWanted === false) return { rule: "asked-not-to", why: "the step says use_assistant_model: false" };
  if (isWanted === undefined && !asksExpert)
    return { rule: "asked-not-to", why: "the setting DEFAULT_USE_ASSISTANT_MODEL says so, and the step nothing else" };
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
