import { z } from "zod";
import { diffText } from "../../core/evidence/diff-text.ts";
import type { Changes, Evidence } from "../../core/evidence/evidence.ts";
import type { Facts } from "../../core/workflows/facts.ts";
import { investigating, type StepInput } from "../../core/workflows/fields.ts";
import { guided } from "../../core/workflows/guidance.ts";
import { saidLast } from "../../core/workflows/notes.ts";
import { defineWorkflow, type Examined, type StepOf, type Workflow } from "../../core/workflows/workflow.ts";
import { internalReview } from "./internal-review.ts";
import { severityFilter, words } from "./own-fields.ts";
import { factsByRules } from "./rules-found.ts";

type Parts = { evidence: Pick<Evidence, "changes" | "findings"> };

const fields = {
  path: z.string().min(1).max(4096).optional(),
  compare_to: z.string().min(1).max(250).optional(),
  include_staged: z.boolean().optional(),
  include_unstaged: z.boolean().optional(),
  focus_on: words,
  severity_filter: severityFilter,
};
const names = Object.keys(fields) as (keyof typeof fields)[];

const mostNamed = 12;
const mostLines = 50;

const guidance = {
  first: [
    "Say in a sentence what the change is for, and check that nothing else is in it.",
    "Read around each changed place: the whole function, and whoever calls it.",
  ],
  exploring: [
    "For each changed signature, format or default, find who relied on the old one.",
    "Look for what is missing: the test, the other half of a rename, the migration, the line of documentation.",
  ],
  narrowing: [
    "For each issue show the input or the state in which the changed code goes wrong and the old code did not.",
    "Check what is left in by mistake: prints, skipped or focused tests, commented code, files that were not meant.",
  ],
  confirming: [
    "Say whether it may be committed, and what has to be changed before.",
    "List the issues in issues_found, each with path:line, then end with next_step_required: false.",
  ],
};

/** Faults in what is about to be committed. */
export function precommit(parts: Parts): Workflow {
  return defineWorkflow({
    name: "precommit",
    title: "Precommit",
    description:
      "Checks the git changes before a commit in steps, with findings by rules; an expert model judges the diff.",
    version: "1",
    takes: investigating,
    fields,
    translate: (input) => internalReview(input, "precommit_type"),
    expert: {
      instructions:
        "You are the last reviewer before a commit. You see the diff and what its author's assistant found. Judge the change, not the code around it: what does it break, for whom, and how would it show? Look for lost cases, changed contracts, races, secrets, missing tests and things that were left in by mistake. Begin with one line: commit, or do not commit, and why. Then each issue as [severity] path:line with its trigger and the smallest fix. Keep to the wanted focus and severity.",
    },
    actions: (run) => guided(guidance, run),
    examine: (examined, signal) => examineChanges(parts, examined, signal),
    carries: (run) => saidLast(run, names),
  });
}

type PrecommitStep = StepOf<typeof fields>;

/** The changes where a run begins, and anew where it ends: they are judged as they are then. */
async function examineChanges(
  { evidence }: Parts,
  { context, step, before }: Examined<PrecommitStep>,
  signal: AbortSignal,
): Promise<Facts> {
  if (before !== undefined && step.next_step_required) return {};
  const said = saidLast({ steps: [...(before?.steps ?? []), { input: step }] }, names);
  const { path, compare_to: compareTo, include_staged: staged = true, include_unstaged: unstaged = true } = said;
  const request = {
    ...(path !== undefined && { path }),
    ...(compareTo !== undefined && { compareTo }),
    staged,
    unstaged,
  };
  const changes = await evidence.changes(context, request, signal);
  const where = { who: context, where: { changes }, least: said.severity_filter };
  const { text = "", ...facts } = await factsByRules({ evidence }, where, signal);
  const isNothing = changes.files.length === 0;
  return {
    ...facts,
    data: { ...facts.data, changes: changesView(changes) },
    text: isNothing ? `Nothing is changed in ${changes.repository}.` : `${changesText(changes)}\n\n${text}`,
    exhibit: diffText(changes),
    actions: isNothing
      ? ["Nothing is changed here: check path, compare_to, include_staged and include_unstaged."]
      : unread(changes, step),
    ...(isNothing && { nothingToJudge: `nothing is changed in ${changes.repository}` }),
  };
}

/** What was changed, without the lines. */
function changesView({ files, secrets: _secrets, ...changes }: Changes): Record<string, unknown> {
  return { ...changes, files: files.map(({ hunks, ...file }) => ({ ...file, hunks: hunks.length })) };
}

function changesText({ repository, base, branch, files, omitted }: Changes): string {
  const from = base === undefined ? "" : `, counted from ${base.ref} (${base.commit.slice(0, 12)})`;
  const lines = files.map(({ path, area, status }) => `- ${path} (${area === status ? area : `${area}, ${status}`})`);
  const left = omitted.map(({ path, why }) => `- ${path} was not looked at: ${why}`);
  const all = [...lines, ...left];
  const more = all.length - mostLines;
  return [
    `Changed in ${repository}${branch === undefined ? "" : ` on ${branch}`}${from}:`,
    ...all.slice(0, mostLines),
    ...(more > 0 ? [`- and ${more} more`] : []),
  ].join("\n");
}

/** What has changed and was not read yet, as far as a sentence holds it. */
function unread({ files, repository }: Changes, { files_checked: checked = [] }: StepInput): string[] {
  const there = files.filter(({ status }) => status !== "deleted").map(({ path }) => path);
  const isChecked = (path: string) => checked.some((name) => name === path || name === `${repository}/${path}`);
  const paths = [...new Set(there)].filter((path) => !isChecked(path));
  const more = paths.length - mostNamed;
  const named = `${paths.slice(0, mostNamed).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  return paths.length === 0 ? [] : [`Read what has changed: ${named}.`];
}
