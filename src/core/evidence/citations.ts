import { createHash } from "node:crypto";
import { Fault } from "../../protocol/fault.ts";
import { type Scope, scopeOf } from "../workspace/scope.ts";
import { refuseSecretName } from "../workspace/secrets.ts";
import { textIn } from "../workspace/text-in.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { Citation, Investigator } from "./evidence.ts";

export interface CitationParts {
  workspace: Pick<Workspace, "readBytes">;
}

/** A place in a file, as a text names it. */
export interface CitedPlace {
  path: string;
  /** Lines from 1, both ends included. */
  from: number;
  to: number;
}

const maxCitations = 100;
const maxTextLength = 1_000_000;
const maxFileBytes = 4 * 1024 * 1024;
/** Of all cited files together: each is looked through for secrets. */
const maxReadBytes = 16 * 1024 * 1024;
const maxQuotedLines = 20;
const maxQuoteLength = 2000;
const maxLineLength = 400;

/**
 * A path and lines, as `src/a.ts:10-20` or `src/a.ts#L10-L20`. Begins only where a run of such characters does and ends
 * after a few hundred, so that no text makes the search start over inside of it.
 */
const cited = /(?<![\w./@~%+-])([\w./@~+-]{1,300}):(\d{1,7})(?::\d{1,5})?(?:\s?[-–]\s?(\d{1,7}))?(?![\w/])/g;
const lettered = /(?<![\w./@~%+-])([\w./@~+-]{1,300})#L(\d{1,7})(?:-L?(\d{1,7}))?(?!\w)/g;

/** Each place of a text once, in its order. */
export function citedPlaces(text: string): CitedPlace[] {
  const looked = text.slice(0, maxTextLength);
  const places = [...looked.matchAll(cited), ...looked.matchAll(lettered)]
    .filter(({ index, 1: path = "" }) => isPath(path) && !isAddress(looked, index))
    .toSorted((a, b) => a.index - b.index)
    .map(({ 1: path = "", 2: from, 3: to = from }) => ({ path, from: Number(from), to: Number(to) }));
  return [...new Map(places.map((place) => [`${place.path}:${place.from}-${place.to}`, place])).values()];
}

const unended = new Set(["Makefile", "Dockerfile", "Rakefile", "Gemfile", "Jenkinsfile"]);

/** `host:80` and `Error:5` name no file. */
function isPath(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (!/[A-Za-z_]/.test(name) || path.startsWith("//") || name.includes("@")) return false;
  return path.includes("/") || /\w\.[A-Za-z]\w{0,9}$/.test(name) || unended.has(name);
}

function isAddress(text: string, index: number): boolean {
  return /[a-z]{2,8}:\/\/\S{0,200}$/i.test(text.slice(Math.max(0, index - 210), index));
}

/** What each place that a text cites says now; each file is read once. */
export async function verifyCitations(
  { workspace }: CitationParts,
  { who, text }: { who: Investigator; text: string },
  signal: AbortSignal,
): Promise<Citation[]> {
  const files = new Map<string, CitedFile>();
  const citations: Citation[] = [];
  let leftBytes = maxReadBytes;
  for (const [index, place] of citedPlaces(text).entries()) {
    if (index >= maxCitations) {
      citations.push({ ...place, unverified: `only the first ${maxCitations} places of a text are verified` });
      continue;
    }
    const known = files.get(place.path);
    const file = known ?? (leftBytes > 0 ? await readCited(workspace, { who, path: place.path }, signal) : beyond);
    if (known === undefined && "bytes" in file) leftBytes -= file.bytes;
    files.set(place.path, file);
    citations.push(verified(place, file));
  }
  return citations;
}

type CitedFile = { lines: readonly string[]; sha256: string; bytes: number } | { why: string };

const beyond: CitedFile = { why: `only ${maxReadBytes} bytes of cited files are read at a time` };

async function readCited(
  workspace: CitationParts["workspace"],
  { who, path }: { who: Investigator; path: string },
  signal: AbortSignal,
): Promise<CitedFile> {
  try {
    const content = who.files.get(path) ?? (await fromDisk(workspace, { scope: scopeOf(who.owner), path }, signal));
    refuseSecretName(path, "redact");
    const sha256 = createHash("sha256").update(content).digest("hex");
    const { lines } = await textIn(content, { path, secrets: "redact" }, signal);
    return { lines, sha256, bytes: content.length };
  } catch (error) {
    if (error instanceof Fault) return { why: error.message };
    throw error;
  }
}

async function fromDisk(
  workspace: CitationParts["workspace"],
  { scope, path }: { scope: Scope; path: string },
  signal: AbortSignal,
): Promise<Uint8Array> {
  return (await workspace.readBytes(scope, { path, maxBytes: maxFileBytes, secrets: "redact" }, signal)).content;
}

function verified(place: CitedPlace, file: CitedFile): Citation {
  if ("why" in file) return { ...place, unverified: file.why };
  const { lines, sha256 } = file;
  const { from, to } = place;
  if (from < 1 || to < from) return { ...place, unverified: `${from}-${to} are no lines` };
  if (to > lines.length) return { ...place, unverified: `the file has ${lines.length} lines` };
  return { ...place, quote: quoteOf(lines.slice(from - 1, to)), sha256 };
}

function quoteOf(lines: readonly string[]): string {
  const shown = lines
    .slice(0, maxQuotedLines)
    .map((line) => (line.length > maxLineLength ? `${line.slice(0, maxLineLength)}…` : line));
  const quote = [...shown, ...(lines.length > maxQuotedLines ? ["…"] : [])].join("\n");
  return quote.length > maxQuoteLength ? `${quote.slice(0, maxQuoteLength)}…` : quote;
}
