import type { Citation, Finding } from "../evidence/evidence.ts";
import { placeOf } from "./demands.ts";
import type { EvidenceOfStep } from "./facts.ts";
import { optionalFields, stepFields } from "./fields.ts";
import { changedSince } from "./gather-evidence.ts";
import { issueText, newestOf, notesOf } from "./notes.ts";
import type { Run, TakenStep } from "./run.ts";

/** What every expert is told beside who they are. */
export const rulesForExperts = `You are asked once, at the end of an investigation that somebody else made step by step, with the files and facts below. Judge it independently: confirm what holds, correct what does not, add what was overlooked, and say what to do next, in order of weight. Rest every claim on what you were shown and cite it as path:line. What is marked "not verified" may not exist: do not build on it. How sure the investigator says to be is no evidence. Where something that you would need was not shown, say which file or fact, and do not guess.`;

/** What the expert is told of a run: the steps that they were not told before, each once, and what they rest on. */
export function expertPrompt(run: Run, { text }: { text?: string | undefined } = {}): string {
  const steps = untoldSteps(run);
  const { evidence } = newestOf(run);
  return [
    ...steps.map((step, index) => stepText(step, steps[index - 1])),
    list("Issues that were found", notesOf(run).issues.map(issueText)),
    list("Files as the server opened them", filesOf(evidence)),
    list(
      "Cited and verified",
      steps.flatMap(({ evidence: { citations } }) => citations.flatMap(quoted)),
    ),
    list(
      "Cited and not verified",
      steps.flatMap(({ evidence: { citations } }) => citations.flatMap(unverified)),
    ),
    list("Changed since an earlier step named it", changedSince(run)),
    list("Found by the server's rules, without judgement", evidence.findings.map(findingText)),
    text ?? "",
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** Those behind the last one that the expert has answered: what was told before stands in the conversation. */
function untoldSteps({ steps, untold }: Run): readonly TakenStep[] {
  return steps.filter(({ call }) => untold.includes(call));
}

const isCommon = new Set([...Object.keys(stepFields), ...Object.keys(optionalFields)]);

/** What a step says of its own kind is told where it differs from the step before. */
function stepText({ input }: TakenStep, before: TakenStep | undefined): string {
  const { step, step_number: number, total_steps: total, findings = "", hypothesis, confidence } = input;
  const known = new Map<string, unknown>(Object.entries(before?.input ?? {}));
  const own = Object.entries(input).filter(
    ([name, value]) => !isCommon.has(name) && value !== undefined && !isSame(value, known.get(name)),
  );
  return [
    `## Step ${number} of ${total}${confidence === undefined ? "" : ` (says to be: ${confidence})`}`,
    ...own.map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`),
    step,
    ...(findings.trim() === "" ? [] : [`Findings: ${findings}`]),
    ...(hypothesis === undefined ? [] : [`Hypothesis: ${hypothesis}`]),
    ...((input.relevant_context?.length ?? 0) === 0 ? [] : [`Where: ${input.relevant_context?.join(", ")}`]),
  ].join("\n");
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function filesOf({ files }: EvidenceOfStep): string[] {
  return files.map((file) =>
    "unverified" in file
      ? `${file.path}: not verified, ${file.unverified}`
      : `${file.path}: ${file.bytes} bytes, sha256 ${file.sha256.slice(0, 12)}`,
  );
}

function quoted(cited: Citation): string[] {
  return "unverified" in cited ? [] : [`${placeOf(cited)}: ${cited.quote}`];
}

function unverified(cited: Citation): string[] {
  return "unverified" in cited ? [`${placeOf(cited)}: ${cited.unverified}`] : [];
}

/** A line that says it, with its method. */
export function findingText({ rule, severity, path, line, message, quote, method }: Finding): string {
  return `[${severity}] ${path}:${line} ${rule} (${method}): ${message}${quote === "" ? "" : ` \`${quote.trim()}\``}`;
}

function list(title: string, lines: readonly string[]): string {
  const once = [...new Set(lines)];
  return once.length === 0 ? "" : `## ${title}\n${once.map((line) => `- ${line}`).join("\n")}`;
}
