import type { Hunk } from "../evidence.ts";

/** What a patch says about one file. */
export interface PatchSection {
  /** Its first line, as in `diff --git a/x b/x`. */
  header: string;
  hunks: Hunk[];
  /** Then there are no hunks. */
  isBinary: boolean;
}

const hunkHead = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/** The files of a patch, in its order. What stands behind the last whole line is left out. */
export function patchSections(patch: string): PatchSection[] {
  const lines = patch.split("\n");
  lines.pop();
  const sections: PatchSection[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const section = sections.at(-1);
    if (line.startsWith("diff --git ")) sections.push({ header: line, hunks: [], isBinary: false });
    else if (section !== undefined && line.startsWith("Binary files ")) section.isBinary = true;
    const head = hunkHead.exec(line);
    if (section === undefined || head === null) continue;
    const body = hunkLines(lines, at + 1, head);
    section.hunks.push({ was: Number(head[1]), now: Number(head[3]), lines: body });
    at += body.length;
  }
  return sections;
}

/** As many lines as the head says, so that nothing in them is taken for a head. */
function hunkLines(lines: readonly string[], from: number, [, , was = "1", , now = "1"]: RegExpExecArray): string[] {
  const left = { was: Number(was), now: Number(now) };
  let at = from;
  for (; at < lines.length; at += 1) {
    const sign = lines[at]?.[0];
    if (left.was <= 0 && left.now <= 0 && sign !== "\\") break;
    if (sign !== "+" && sign !== "\\") left.was -= 1;
    if (sign !== "-" && sign !== "\\") left.now -= 1;
  }
  return lines.slice(from, at);
}

/** The first line that git writes for a file. */
export function headerOf({ path, was = path }: { path: string; was?: string }): string {
  return `diff --git ${quoted(`a/${was}`)} ${quoted(`b/${path}`)}`;
}

const escapes: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  '"': '\\"',
  "\\": "\\\\",
};

/** As git does it with `core.quotePath` off. */
function quoted(path: string): string {
  const escaped = path.replace(/[\p{Cc}"\\]/gu, escapedCharacter);
  return escaped === path ? path : `"${escaped}"`;
}

function escapedCharacter(character: string): string {
  // Of the control characters git minds those of ASCII.
  if (character > "\x7f") return character;
  return escapes[character] ?? `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`;
}
