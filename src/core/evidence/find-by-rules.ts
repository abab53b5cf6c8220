import { join } from "node:path";
import { inTurns } from "../../base/slices.ts";
import { addedLines } from "./changes/hunk-secrets.ts";
import type { ChangesParts } from "./changes/read-changes.ts";
import { readObjects } from "./changes/read-objects.ts";
import type { ChangedFile, Changes, Finding, Findings, Investigator, Severity } from "./evidence.ts";
import { CodeGathering, type GatherParts, type ReadFile } from "./reading/gather-code.ts";
import { quotesOf } from "./reading/quote-of.ts";

export type FindingParts = ChangesParts & GatherParts;

const maxFound = 500;
const order: readonly Severity[] = ["critical", "high", "medium", "low"];

/** What the rules find in what changes bring and in whole files, the worst first. */
export async function findByRules(
  parts: FindingParts,
  {
    who,
    changes,
    files = [],
  }: { who: Investigator; changes?: Changes | undefined; files?: readonly string[] | undefined },
  signal: AbortSignal,
): Promise<Findings> {
  const inChanges = changes === undefined ? undefined : await findInChanges(parts, { who, changes }, signal);
  const gathering = new CodeGathering(parts, { who, question: { do: "find" } });
  for (const path of new Set(files)) await gathering.path(path, signal);
  const whole = gathering.result();
  const inFiles = await inTurns(eachOf(whole.files), signal);
  const found = [...(inChanges?.found ?? []), ...inFiles.flat()];
  const sorted = withoutRepeats(found).toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  const omitted = [...(inChanges?.omitted ?? []), ...whole.omitted];
  const more = sorted.length - maxFound;
  return {
    found: sorted.slice(0, maxFound),
    files: (inChanges?.files ?? 0) + whole.files.length,
    omitted: more > 0 ? [...omitted, { path: "…", why: `${more} findings more` }] : omitted,
  };
}

async function findInChanges(
  parts: FindingParts,
  { who, changes }: { who: Investigator; changes: Changes },
  signal: AbortSignal,
): Promise<Findings> {
  const looked = changes.files.filter(isLookedAt(changes));
  const ids = looked.flatMap(({ object, area }) => (object !== undefined && area !== "unstaged" ? [object] : []));
  const objects = await readObjects(parts, { who, changes, ids: [...new Set(ids)] }, signal);
  const found: Finding[] = [...changes.secrets];
  const gathered = { files: 0, omitted: [...changes.omitted] };
  for (const file of looked) {
    const gathering = new CodeGathering(parts, { who, question: { do: "find" } });
    const content = file.object === undefined ? undefined : objects.get(file.object);
    if (content !== undefined) await gathering.content({ path: file.path, content }, signal);
    else if (file.object === undefined) await gathering.file(file.path, join(changes.repository, file.path), signal);
    else gathering.omit(file.path, "more was changed than is read");
    const { files, omitted } = gathering.result();
    gathered.files += files.length;
    gathered.omitted.push(...omitted);
    found.push(...files.flatMap((each) => findingsOf(each, file)));
  }
  return { found, ...gathered };
}

/** What has lines that were added, and may be shown. */
function isLookedAt({ secrets }: Changes): (file: ChangedFile) => boolean {
  const hidden = new Set(secrets.filter(({ rule }) => rule === "secret-file").map(({ path }) => path));
  return ({ path, kind, status, area, hunks }) =>
    kind === "file" && status !== "deleted" && !hidden.has(path) && (area === "untracked" || hunks.length > 0);
}

function* eachOf(files: readonly ReadFile[]): Generator<Finding[]> {
  for (const file of files) yield findingsOf(file);
}

/** Of a change only what stands on lines that it brings; its secrets were found in its patch already. */
function findingsOf({ path, text, answer }: ReadFile, change?: ChangedFile): Finding[] {
  const quote = quotesOf(text);
  const isTracked = change !== undefined && change.area !== "untracked";
  const lines = isTracked ? new Set(change.hunks.flatMap(addedLines).map(({ line }) => line)) : undefined;
  return (answer.findings ?? [])
    .filter(({ rule, line }) => lines === undefined || (lines.has(line) && rule !== "secret"))
    .map((finding) => ({ ...finding, path, quote: shown(finding.rule, quote(finding.line)) }));
}

/** What a rule takes for a password has no shape by which it would have been replaced. */
function shown(rule: string, quote: string): string {
  return rule === "credential-in-code" ? quote.replaceAll(/(["'])(?:(?!\1).){8,}\1/g, "$1[secret]$1") : quote;
}

/** Each once; what two rules say of one secret, by the surer one. */
function withoutRepeats(found: readonly Finding[]): Finding[] {
  const placeOf = ({ path, line }: Finding) => `${path}:${line}`;
  const secrets = new Set(found.filter(({ rule }) => rule === "secret").map(placeOf));
  const told = found.filter((each) => each.rule !== "credential-in-code" || !secrets.has(placeOf(each)));
  return [...new Map(told.map((each) => [`${each.rule} ${placeOf(each)}`, each])).values()];
}
