import type { Changes, Evidence, Finding, Investigator, Omission } from "../../core/evidence/evidence.ts";
import type { Facts } from "../../core/workflows/facts.ts";
import { type StepInput, severities } from "../../core/workflows/fields.ts";
import { saidLast } from "../../core/workflows/notes.ts";
import type { Examined } from "../../core/workflows/workflow.ts";
import { linesNamedIn } from "../../core/workspace/attachments.ts";
import type { SeverityFilter } from "./own-fields.ts";

const mostLeftOut = 20;

export interface RulesParts {
  evidence: Pick<Evidence, "findings">;
}

/** What the rules find in changes or files, as far as the caller wants to hear of it; labelled as what it is. */
export async function factsByRules(
  { evidence }: RulesParts,
  { who, where, least }: { who: Investigator; where: { changes?: Changes; files?: string[] }; least: SeverityFilter },
  signal: AbortSignal,
): Promise<Facts> {
  const { found, files, omitted } = await evidence.findings(who, where, signal);
  const findings = found.filter((finding) => isWanted(finding, least));
  const isTold = (path: string) => (where.changes?.omitted ?? []).some((omission) => omission.path === path);
  const looked = `The server's rules looked through ${files} ${files === 1 ? "file" : "files"} without a model`;
  const told =
    findings.length === 0
      ? "and found nothing; that is no proof that nothing is there."
      : `and found ${findings.length}.`;
  return {
    findings,
    data: { found_by_rules: { files, found: findings.length, filtered: found.length - findings.length, omitted } },
    text: [`${looked} ${told}`, ...leftOut(omitted.filter(({ path }) => !isTold(path)))].join("\n"),
  };
}

/** What they find in the relevant files of a step; once the caller is through, in those of all steps. */
export async function rulesOnFiles(
  parts: RulesParts,
  { context, step, before }: Examined<StepInput & { severity_filter?: SeverityFilter }>,
  signal: AbortSignal,
): Promise<Facts> {
  const { severity_filter: least = before && saidLast(before, ["severity_filter"]).severity_filter } = step;
  const earlier = step.next_step_required ? [] : (before?.steps ?? []).map(({ input }) => input);
  const named = [...earlier, step].flatMap(({ relevant_files: files = [] }) => files);
  const files = [...new Set(named.map((path) => linesNamedIn(path).path))];
  return files.length === 0 ? {} : await factsByRules(parts, { who: context, where: { files }, least }, signal);
}

function leftOut(omitted: readonly Omission[]): string[] {
  const more = omitted.length - mostLeftOut;
  const lines = omitted.slice(0, mostLeftOut).map(omissionText);
  return more > 0 ? [...lines, `- and ${more} more`] : lines;
}

function omissionText({ path, why, asText }: Omission): string {
  return asText === true
    ? `- ${path} was looked through as text alone: ${why}`
    : `- ${path} was not looked through: ${why}`;
}

function isWanted({ severity }: Finding, least: SeverityFilter): boolean {
  if (least === undefined || least === "all") return true;
  return severities.indexOf(severity) <= severities.indexOf(least);
}
