import { secretsIn } from "../../workspace/secrets.ts";
import type { Hunk } from "../evidence.ts";

/** A credential in lines of a hunk. */
export interface HunkSecret {
  what: string;
  /** The line of the file as it is now, or as it was where the secret was removed. */
  line: number;
  change: "brought" | "removed" | "kept";
}

/** A line of a hunk without its sign, and where it stands. */
interface Row {
  body: string;
  /** Where it begins among all bodies, in UTF-16 units; a break is between two. */
  start: number;
  told: Pick<HunkSecret, "line" | "change">;
  /** What goes out of it, in its order. */
  cuts: { from: number; to: number }[];
}

const mark = "[secret]";

/** A hunk without the credentials in it, and what they were, in their order. Its lines keep their numbers. */
export function withoutHunkSecrets(hunk: Hunk): { hunk: Hunk; secrets: HunkSecret[] } {
  const rows = rowsOf(hunk);
  // One text, so that a key over several lines is found as well.
  const found = secretsIn(rows.map(({ body }) => body).join("\n"));
  if (found.length === 0) return { hunk, secrets: [] };
  let first = 0;
  const secrets = found.map(({ what, at, length }): HunkSecret => {
    while ((rows[first + 1]?.start ?? Number.POSITIVE_INFINITY) <= at) first += 1;
    cutOut(rows, { first, from: at, to: at + length });
    return { what, ...(rows[first]?.told ?? { line: hunk.now, change: "kept" }) };
  });
  const lines = hunk.lines.map((line, index) => `${line[0] ?? " "}${shown(rows[index])}`);
  return { hunk: { ...hunk, lines }, secrets };
}

function rowsOf({ was, now, lines }: Hunk): Row[] {
  const next = { was, now, start: 0 };
  return lines.map((line) => {
    const sign = line[0];
    const change = sign === "+" ? "brought" : sign === "-" ? "removed" : "kept";
    const body = line.slice(1);
    const told = { change, line: change === "removed" ? next.was : next.now } as const;
    const row = { body, start: next.start, told, cuts: [] };
    next.start += body.length + 1;
    if (sign !== "\\" && sign !== "+") next.was += 1;
    if (sign !== "\\" && sign !== "-") next.now += 1;
    return row;
  });
}

function cutOut(rows: readonly Row[], { first, from, to }: { first: number; from: number; to: number }): void {
  let index = first;
  for (let row = rows[index]; row !== undefined && row.start < to; row = rows[index]) {
    index += 1;
    const { start, body, cuts } = row;
    const cut = { from: Math.max(0, from - start), to: Math.min(body.length, to - start) };
    if (cut.to > cut.from) cuts.push(cut);
  }
}

/** What two secrets share goes out once. */
function shown(row: Row | undefined): string {
  if (row === undefined) return "";
  let clean = "";
  let end = 0;
  for (const { from, to } of row.cuts) {
    if (to <= end) continue;
    if (from >= end) clean += row.body.slice(end, from) + mark;
    end = to;
  }
  return clean + row.body.slice(end);
}

/** The lines that a hunk brings, with their numbers in the file as it is now. */
export function addedLines({ now, lines }: Hunk): { line: number; text: string }[] {
  let line = now;
  return lines.flatMap((each) => {
    const sign = each[0];
    if (sign === "-" || sign === "\\") return [];
    line += 1;
    return sign === "+" ? [{ line: line - 1, text: each.slice(1) }] : [];
  });
}
