import type { Checked, Citation, Finding } from "../evidence/evidence.ts";
import { linesNamedIn } from "../workspace/attachments.ts";
import { type Issue, mostSteps } from "./fields.ts";
import { changedSince } from "./gather-evidence.ts";
import { isAtLeast } from "./guidance.ts";
import { issueText, newestOf, notesOf } from "./notes.ts";
import type { Run } from "./run.ts";

/** More names in a sentence are no help. */
const mostNamed = 8;
const issueChars = 80;

/** What the state of a run's findings demands of whoever investigates, whatever the workflow: the most urgent first. */
export function demandsOf(run: Run): string[] {
  const { evidence } = newestOf(run);
  return [
    ...unopened(evidence.files),
    ...unverified(evidence.citations),
    ...unjudged(evidence.findings),
    ...changed(run),
    ...unexamined(run),
    ...uncited(run),
    ...overconfident(run),
    ...unplaced(notesOf(run).issues),
    ...fewStepsLeft(run),
  ];
}

/** Files that could not be opened, as the server was told of them. */
function unopened(files: readonly Checked[]): string[] {
  const closed = files.flatMap((file) => ("unverified" in file ? [`${file.path} (${file.unverified})`] : []));
  return closed.length === 0
    ? []
    : [`Name files as they are, by paths inside the roots; these could not be opened: ${named(closed)}.`];
}

function unverified(citations: readonly Citation[]): string[] {
  const wrong = citations.flatMap((cited) =>
    "unverified" in cited ? [`${placeOf(cited)} (${cited.unverified})`] : [],
  );
  return wrong.length === 0 ? [] : [`Correct or withdraw what is cited and is not there: ${named(wrong)}.`];
}

/** Rules judge nothing. */
function unjudged(findings: readonly Finding[]): string[] {
  const found = findings.map(({ severity, path, line, rule }) => `${path}:${line} (${rule}, ${severity})`);
  return found.length === 0
    ? []
    : [`Read each place that the server's rules found, and say whether it holds: ${named(found)}.`];
}

function changed(run: Run): string[] {
  const paths = changedSince(run);
  return paths.length === 0 ? [] : [`Read again what has changed since you named it: ${named(paths)}.`];
}

/** What is relevant has to have been read. */
function unexamined(run: Run): string[] {
  const { filesChecked, relevantFiles } = notesOf(run);
  const closed = newestOf(run).evidence.files.filter((file) => "unverified" in file);
  const checked = [...filesChecked.map((path) => linesNamedIn(path).path), ...closed.map(({ path }) => path)];
  const missing = relevantFiles.filter((path) => !checked.some((each) => isOf(each, linesNamedIn(path).path)));
  return missing.length === 0 ? [] : [`Read from end to end, and then list in files_checked: ${named(missing)}.`];
}

/** Whether a path is the one that was named, or lies below it: of a directory nobody reads every file. */
function isOf(path: string, named: string): boolean {
  return path === named || path.startsWith(named.endsWith("/") ? named : `${named}/`);
}

/** What was found has to say where. */
function uncited(run: Run): string[] {
  const isCited = run.steps.some(({ evidence }) => evidence.citations.some((cited) => !("unverified" in cited)));
  const { input } = newestOf(run);
  const hasFiles = (input.files_checked ?? []).length + (input.relevant_files ?? []).length > 0;
  return isCited || !hasFiles || (input.findings ?? "") === ""
    ? []
    : ["Cite each finding as path:line, as in src/server.ts:42: nothing cited so far could be verified."];
}

function overconfident(run: Run): string[] {
  const { confidence } = notesOf(run);
  const isOpened = run.steps.some(({ evidence }) => evidence.files.some((file) => "sha256" in file));
  return isAtLeast(confidence, "high") && !isOpened
    ? [`Show what makes you "${confidence}": no file that you named was opened yet.`]
    : [];
}

function unplaced(issues: readonly Issue[]): string[] {
  const lost = issues.map(issueText).filter((text) => !/\S:\d/.test(text));
  const shown = lost.map((text) => (text.length > issueChars ? `${text.slice(0, issueChars)}…` : text));
  return lost.length === 0 ? [] : [`Say as path:line where it is: ${named(shown)}.`];
}

function fewStepsLeft({ taken }: Run): string[] {
  const left = mostSteps - taken;
  return left > 5 ? [] : [`Conclude: ${left} of ${mostSteps} steps are left.`];
}

/** `path:line`, or `path:from-to`, as a caller cites it. */
export function placeOf({ path, from, to }: Citation): string {
  return from === to ? `${path}:${from}` : `${path}:${from}-${to}`;
}

function named(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return `${names.slice(0, mostNamed).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
