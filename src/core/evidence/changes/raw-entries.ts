import type { ChangedFile } from "../evidence.ts";

/** One line of git's list of changes. */
export type RawEntry = Pick<ChangedFile, "path" | "was" | "status" | "kind" | "object"> & {
  /** Of what may be done with it: a script became a program. */
  mode: "kept" | "changed";
};

const statuses: Readonly<Record<string, ChangedFile["status"]>> = {
  A: "added",
  M: "modified",
  D: "deleted",
  R: "renamed",
  C: "copied",
  T: "retyped",
  U: "unmerged",
};

const kinds: Readonly<Record<string, ChangedFile["kind"]>> = { "160000": "submodule", "120000": "link" };

/** Modes before and after, objects before and after, the status with how alike they are, one path or two. */
const entryShape =
  /:(?<before>\d{6}) (?<after>\d{6}) [\da-f]+ (?<object>[\da-f]+) (?:(?<moved>[RC])\d*\0(?<was>[^\0]+)|(?<status>[A-Z])\d*)\0(?<path>[^\0]+)\0/gy;

/** What `--raw -z` lists, and where in the text the rest begins. An entry that was cut off is left out. */
export function rawEntries(text: string): { entries: RawEntry[]; end: number } {
  const entries: RawEntry[] = [];
  let end = 0;
  for (const { groups, 0: whole } of text.matchAll(entryShape)) {
    end += whole.length;
    if (groups !== undefined) entries.push(entryOf(groups));
  }
  return { entries, end: text[end] === "\0" ? end + 1 : end };
}

function entryOf({
  before,
  after,
  object = "",
  moved,
  was,
  status,
  path = "",
}: Partial<Record<string, string>>): RawEntry {
  const mode = (after === "000000" ? before : after) ?? "";
  return {
    path,
    ...(was !== undefined && { was }),
    status: statuses[moved ?? status ?? ""] ?? "modified",
    kind: kinds[mode] ?? "file",
    mode: before === after ? "kept" : "changed",
    ...(/[1-9a-f]/.test(object) && { object }),
  };
}
