import { join } from "node:path";
import { secretByName } from "../../workspace/secrets.ts";
import type { ChangedFile, Changes, Finding, Hunk, Omission } from "../evidence.ts";
import type { GitOutput } from "./git.ts";
import { type HunkSecret, withoutHunkSecrets } from "./hunk-secrets.ts";
import { headerOf, type PatchSection, patchSections } from "./patch-sections.ts";
import { type RawEntry, rawEntries } from "./raw-entries.ts";

/** Of one area, its list and its patch together. */
export const maxPatchBytes = 2 * 1024 * 1024;
const maxFiles = 2000;
const maxOmissions = 200;
const maxLineLength = 1000;
const maxSecretsOfHunk = 500;

const tooLarge = "it is binary, or larger than 1 MiB";

type ChangedEntry = Pick<ChangedFile, "path" | "kind">;

/** What is gathered of the changes, within bounds. */
export class GatheredChanges {
  readonly #top: string;
  readonly #files: ChangedFile[] = [];
  readonly #secrets: Finding[] = [];
  readonly #omitted: Omission[] = [];
  #omissions = 0;

  constructor(top: string) {
    this.#top = top;
  }

  all(): Pick<Changes, "files" | "secrets" | "omitted"> {
    const more = this.#omissions - this.#omitted.length;
    const rest = more === 0 ? [] : [{ path: "…", why: `and ${more} more, for reasons like these` }];
    return { files: this.#files, secrets: this.#secrets, omitted: [...this.#omitted, ...rest] };
  }

  /** What git lists of one area, with its patch. */
  diff(area: "commits" | "staged" | "unstaged", { out, code }: GitOutput): void {
    const text = new TextDecoder().decode(out);
    const { entries, end } = rawEntries(text);
    const sections = new Map(patchSections(text.slice(end)).map((section) => [section.header, section]));
    const isCut = code === undefined;
    // Of what was cut off nobody knows whether it was whole.
    if (isCut) sections.delete([...sections.keys()].at(-1) ?? "");
    if (isCut) this.#omit(`the ${area} changes`, `there are more than ${maxPatchBytes} bytes of them`);
    for (const { mode, ...entry } of entries) {
      const section = sections.get(headerOf(entry));
      // The index remembers another time of the file than it has, and nothing else is new.
      const isSame = !isCut && mode === "kept" && entry.status === "modified" && isQuiet(section);
      if (area === "unstaged" && isSame) continue;
      this.#tellUnseen(entry, section, isCut ? "cut" : "whole");
      this.#add({ area, hunks: section?.hunks ?? [], ...entry });
    }
  }

  /** A changed file of the working tree that is larger than what is compared. */
  unread({ mode: _mode, ...entry }: RawEntry): void {
    this.#omit(entry.path, tooLarge);
    this.#add({ area: "unstaged", hunks: [], ...entry });
  }

  /** Names of files that nobody added, NUL between them. */
  untracked({ out, code }: GitOutput): void {
    const names = new TextDecoder().decode(out).split("\0");
    names.pop();
    if (code === undefined) this.#omit("the untracked files", "there are more than are listed");
    for (const path of names) {
      if (path.endsWith("/")) this.#omit(path, "it is a repository of its own");
      else this.#add({ path, area: "untracked", status: "untracked", kind: "file", hunks: [] });
    }
  }

  #tellUnseen({ path, kind }: ChangedEntry, section: PatchSection | undefined, patch: "cut" | "whole"): void {
    if (section?.isBinary === true) this.#omit(path, tooLarge);
    if (section === undefined && patch === "cut") this.#omit(path, "its patch lies beyond what is read");
    if (kind === "submodule") this.#omit(path, "it is a submodule: only which commit it is at was looked at");
  }

  #add(file: ChangedFile): void {
    if (this.#files.length === maxFiles) {
      this.#omit(file.path, `more than ${maxFiles} files were changed`);
      return;
    }
    const what = secretByName(join(this.#top, file.path));
    if (what === undefined || file.status === "deleted") this.#files.push({ ...file, hunks: this.#shown(file) });
    else this.#hide(file, what);
  }

  #hide(file: ChangedFile, what: string): void {
    this.#omit(file.path, `its name is that of ${what}`);
    this.#files.push({ ...file, hunks: [] });
    const isTracked = file.area !== "untracked";
    this.#secrets.push({
      rule: "secret-file",
      severity: isTracked ? "critical" : "high",
      path: file.path,
      line: 1,
      quote: "",
      message: isTracked
        ? `Its name is that of ${what}: whoever has the repository has what is in it.`
        : `Its name is that of ${what}, and nothing keeps the next "git add" from taking it in.`,
      method: "git",
    });
  }

  #shown({ path, hunks }: ChangedFile): Hunk[] {
    return hunks.map((given) => {
      const { hunk, secrets } = withoutHunkSecrets(given);
      this.#tellAll(path, secrets);
      return { ...hunk, lines: hunk.lines.map(clipped) };
    });
  }

  #tellAll(path: string, secrets: readonly HunkSecret[]): void {
    let told = 0;
    for (const { what, line, change } of secrets) {
      if (change === "kept") continue;
      told += 1;
      if (told <= maxSecretsOfHunk) this.#tell({ path, what, line, change });
    }
    const more = told - maxSecretsOfHunk;
    if (more > 0) this.#omit(path, `it has ${more} credentials more in one place; none is shown`);
  }

  #tell({
    path,
    what,
    line,
    change,
  }: {
    path: string;
    what: string;
    line: number;
    change: "brought" | "removed";
  }): void {
    const isNew = change === "brought";
    const message = isNew
      ? `The change brings ${what}: whoever has the repository can use it.`
      : `The change removes ${what}, which the history still has: it is safe only once it was exchanged.`;
    const severity = isNew ? "critical" : "medium";
    this.#secrets.push({
      rule: isNew ? "secret" : "secret-in-history",
      severity,
      path,
      line,
      quote: "[secret]",
      message,
      method: "text search",
    });
  }

  #omit(path: string, why: string): void {
    this.#omissions += 1;
    if (this.#omitted.length < maxOmissions) this.#omitted.push({ path, why });
  }
}

function isQuiet(section: PatchSection | undefined): boolean {
  return section === undefined || (section.hunks.length === 0 && !section.isBinary);
}

function clipped(line: string): string {
  const plain = line.endsWith("\r") ? line.slice(0, -1) : line;
  return plain.length > maxLineLength ? `${plain.slice(0, maxLineLength)}…` : plain;
}
