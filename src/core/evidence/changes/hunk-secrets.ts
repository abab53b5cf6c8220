import { type FoundSecret, secretsIn } from "../../workspace/secrets.ts";
import type { Hunk } from "../evidence.ts";

/** A credential in lines of a hunk. */
export interface HunkSecret {
  what: string;
  /** The line of the file as it is now, or as it was where the secret was removed. */
  line: number;
  change: "brought" | "removed" | "kept";
}

const mark = "[secret]";

/** A hunk without the credentials in it, and what they were. Its lines keep their numbers. */
export function withoutHunkSecrets(hunk: Hunk): { hunk: Hunk; secrets: HunkSecret[] } {
  // One text, so that a key over several lines is found as well.
  const bodies = hunk.lines.map((line) => line.slice(1));
  const found = secretsIn(bodies.join("\n"));
  if (found.length === 0) return { hunk, secrets: [] };
  const lines = [...hunk.lines];
  const starts = startsOf(bodies);
  for (const { at, length } of found) {
    const first = starts.findLastIndex((start) => start <= at);
    const last = starts.findLastIndex((start) => start < at + length);
    for (let index = first; index <= last; index += 1) {
      const body = bodies[index] ?? "";
      const from = Math.max(0, at - (starts[index] ?? 0));
      const to = Math.min(body.length, at + length - (starts[index] ?? 0));
      lines[index] = `${hunk.lines[index]?.[0] ?? " "}${cutOut(lines[index]?.slice(1) ?? "", body.slice(from, to))}`;
    }
  }
  return { hunk: { ...hunk, lines }, secrets: found.map((secret) => placed(hunk, secret, starts)) };
}

function cutOut(text: string, part: string): string {
  return part === "" ? text : text.replace(part, () => mark);
}

function startsOf(bodies: readonly string[]): number[] {
  let next = 0;
  return bodies.map((body) => {
    const start = next;
    next += body.length + 1;
    return start;
  });
}

function placed(hunk: Hunk, { what, at }: FoundSecret, starts: readonly number[]): HunkSecret {
  const index = starts.findLastIndex((start) => start <= at);
  const sign = hunk.lines[index]?.[0];
  const change = sign === "+" ? "brought" : sign === "-" ? "removed" : "kept";
  const before = hunk.lines.slice(0, index);
  const other = change === "removed" ? "+" : "-";
  const line =
    (change === "removed" ? hunk.was : hunk.now) +
    before.filter((each) => !/^\\/.test(each) && each[0] !== other).length;
  return { what, line, change };
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
