import type { Confidence, Issue, StepInput } from "./fields.ts";
import type { Run, TakenStep } from "./run.ts";

/** What all steps of a run come to, the newest word counting where there can be but one. */
export interface Notes {
  filesChecked: readonly string[];
  relevantFiles: readonly string[];
  relevantContext: readonly string[];
  /** Each once, as it was told last. */
  issues: readonly Issue[];
  confidence: Confidence;
  hypothesis?: string;
}

/** Pure, over the steps that stand: one that was taken back counts for nothing. */
export function notesOf({ steps }: Run): Notes {
  const inputs = steps.map(({ input }) => input);
  const hypothesis = latest(inputs, "hypothesis");
  return {
    filesChecked: allOf(inputs, "files_checked"),
    relevantFiles: allOf(inputs, "relevant_files"),
    relevantContext: allOf(inputs, "relevant_context"),
    issues: issuesOf(inputs),
    confidence: inputs.at(-1)?.confidence ?? "low",
    ...(hypothesis !== undefined && { hypothesis }),
  };
}

/** What the newest step that says anything of it says; what a caller said once need not be said again. */
export function latest<Name extends keyof StepInput>(inputs: readonly StepInput[], name: Name): StepInput[Name] {
  const told = inputs.findLast((input) => input[name] !== undefined);
  return told?.[name] as StepInput[Name];
}

/** What the caller said last under these names, whichever step said it. */
export function saidLast<S extends StepInput, Name extends keyof S>(
  { steps }: { steps: readonly { readonly input: S }[] },
  names: readonly Name[],
): Partial<Pick<S, Name>> {
  const said: Partial<Pick<S, Name>> = {};
  for (const { input } of steps) for (const name of names) if (input[name] !== undefined) said[name] = input[name];
  return said;
}

/** The newest of a run's steps; a run has one. */
export function newestOf<S extends StepInput>({ steps }: Run<S>): TakenStep<S> {
  const newest = steps.at(-1);
  if (newest === undefined) throw new Error("Expected a run with a step");
  return newest;
}

function allOf(
  inputs: readonly StepInput[],
  name: "files_checked" | "relevant_files" | "relevant_context",
): readonly string[] {
  return [...new Set(inputs.flatMap((input) => input[name] ?? []))];
}

function issuesOf(inputs: readonly StepInput[]): readonly Issue[] {
  const issues = new Map(inputs.flatMap(({ issues_found = [] }) => issues_found.map((issue) => [keyOf(issue), issue])));
  return [...issues.values()];
}

function keyOf(issue: Issue): string {
  return issue.description ?? JSON.stringify(issue);
}

/** A line that says it, with its place as it would be cited. */
export function issueText(issue: Issue): string {
  const { severity, description, file, path = file, line, ...more } = issue;
  const isPlaced = typeof path === "string" && (typeof line === "number" || typeof line === "string");
  const rest = isPlaced ? more : { ...more, ...(path !== undefined && { path }), ...(line !== undefined && { line }) };
  return [
    ...(severity === undefined ? [] : [`[${severity}]`]),
    ...(description === undefined ? [] : [description]),
    ...(isPlaced ? [`(${path}:${line})`] : []),
    ...(Object.keys(rest).length === 0 ? [] : [JSON.stringify(rest)]),
  ].join(" ");
}
