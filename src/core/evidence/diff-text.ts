import type { ChangedFile, Changes } from "./evidence.ts";

/** The changes as one unified diff, each file below a line that names it, what has no hunks told in a word. */
export function diffText({ files }: Pick<Changes, "files">): string {
  return files.map(textOf).join("\n");
}

function textOf({ path, was, area, status, kind, hunks }: ChangedFile): string {
  const from = was === undefined ? "" : `${was} → `;
  const what = kind === "file" ? "" : `, ${kind}`;
  const head = `=== ${from}${path} (${area}${status === area ? "" : `, ${status}`}${what})`;
  const bodies = hunks.map((hunk) => [`@@ -${hunk.was} +${hunk.now} @@`, ...hunk.lines].join("\n"));
  return [head, ...bodies].join("\n");
}
