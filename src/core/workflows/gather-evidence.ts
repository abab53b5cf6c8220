import type { CallContext } from "../calls/work.ts";
import type { Checked, Citation, Evidence } from "../evidence/evidence.ts";
import { linesNamedIn } from "../workspace/attachments.ts";
import type { EvidenceOfStep, Facts } from "./facts.ts";
import type { StepInput } from "./fields.ts";
import { issueText } from "./notes.ts";
import type { Run } from "./run.ts";
import type { Examined, Workflow } from "./workflow.ts";

/** What a step rests on, as the server found it, and what it found besides. */
export interface Gathered {
  evidence: EvidenceOfStep;
  facts: Facts;
}

/** A record stays small, however much is found or quoted. */
const mostFindings = 200;
const mostQuoted = 400;

/** Looks at what a step names, cites and brings, all at once; the last one also at all that was named before. */
export async function gatherEvidence(
  parts: { evidence: Evidence; workflow: Workflow },
  examined: Examined & { isLast: boolean },
  signal: AbortSignal,
): Promise<Gathered> {
  const { evidence, workflow } = parts;
  const { context, step, before, isLast } = examined;
  const named = isLast && before !== undefined ? [...before.steps.map(({ input }) => input), step] : [step];
  const [files, citations, facts = {}] = await Promise.all([
    checkFiles(evidence, { context, inputs: named }, signal),
    evidence.cite(context, claimsOf(step), signal),
    workflow.examine?.({ context, step, before }, signal),
  ]);
  const findings = (facts.findings ?? []).slice(0, mostFindings);
  return { evidence: { files, citations: citations.map(shortened), findings }, facts };
}

function shortened(cited: Citation): Citation {
  if ("unverified" in cited || cited.quote.length <= mostQuoted) return cited;
  return { ...cited, quote: `${cited.quote.slice(0, mostQuoted)}…` };
}

async function checkFiles(
  evidence: Evidence,
  { context, inputs }: { context: CallContext; inputs: readonly StepInput[] },
  signal: AbortSignal,
): Promise<Checked[]> {
  const paths = inputs.flatMap(({ files_checked = [], relevant_files = [] }) => [...files_checked, ...relevant_files]);
  const named = new Set(paths.map((path) => linesNamedIn(path).path));
  return named.size === 0 ? [] : await evidence.check(context, [...named], signal);
}

/** All that a step claims, in its words. */
function claimsOf({ findings = "", hypothesis = "", issues_found = [] }: StepInput): string {
  return [findings, hypothesis, ...issues_found.map(issueText)].join("\n");
}

/** Files that are no longer what they were when an earlier step named them. */
export function changedSince({ steps }: Run): string[] {
  const now = new Map((steps.at(-1)?.evidence.files ?? []).map((file) => [file.path, file]));
  const earlier = steps.slice(0, -1).flatMap(({ evidence }) => evidence.files);
  const changed = earlier.filter((was) => {
    const is = now.get(was.path);
    return "sha256" in was && is !== undefined && (!("sha256" in is) || is.sha256 !== was.sha256);
  });
  return [...new Set(changed.map(({ path }) => path))];
}
