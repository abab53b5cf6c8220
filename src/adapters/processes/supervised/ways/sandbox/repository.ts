import { lstatSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isWithin } from "./system.ts";

/** What of a repository no command may change. */
export interface Guarded {
  /** Directories that stay where they are. */
  fixed: readonly string[];
  /** Files and directories that are there and stay as they are. */
  readOnly: readonly string[];
  /** The same for what may be absent: it must not come to be either. */
  kept: readonly string[];
}

const nothing: Guarded = { fixed: [], readOnly: [], kept: [] };

/** What to guard of the repository whose work is in this directory, as far as it lies within the roots. */
export function guardedAt(place: string, roots: readonly string[]): Guarded {
  const git = join(place, ".git");
  const found = lookAt(git);
  if (found === "folder") return ofFolder(git, roots);
  if (found !== "file") return nothing;
  const own = { fixed: wayTo(place, roots), readOnly: [git], kept: [] };
  const folder = folderNamedBy(git, place);
  return folder === undefined || !isInside(folder, roots) ? own : joined(own, ofFolder(folder, roots));
}

/** A folder of a further work tree names the common one, which has the hooks and the configuration. */
function ofFolder(folder: string, roots: readonly string[]): Guarded {
  const fixed = [...wayTo(folder, roots)];
  const inFolder = ["hooks", "config", "commondir"].map((name) => join(folder, name));
  // A link cannot be kept from being replaced, so all of the folder is.
  if (inFolder.some((path) => lookAt(path) === "link")) return { fixed: [], readOnly: [folder], kept: [] };
  const ofTrees = join(folder, "config.worktree");
  const own = { fixed, readOnly: [ofTrees], kept: inFolder };
  const common = commonFolder(folder);
  if (common === folder) return own;
  const pointing = { fixed, readOnly: [join(folder, "commondir"), ofTrees], kept: [] };
  return isInside(common, roots) ? joined(pointing, ofFolder(common, roots)) : pointing;
}

function commonFolder(folder: string): string {
  const pointer = join(folder, "commondir");
  if (lookAt(pointer) !== "file") return folder;
  const common = resolve(folder, readFileSync(pointer, "utf8").trim());
  return statSync(common, { throwIfNoEntry: false })?.isDirectory() && common !== dirname(common) ? common : folder;
}

function folderNamedBy(file: string, place: string): string | undefined {
  const target = /^gitdir: (.+?)\s*$/.exec(readFileSync(file, "utf8"))?.[1];
  const folder = target === undefined ? undefined : resolve(place, target);
  return folder !== undefined && lookAt(folder) === "folder" ? folder : undefined;
}

function joined(one: Guarded, other: Guarded): Guarded {
  return {
    fixed: [...one.fixed, ...other.fixed],
    readOnly: [...one.readOnly, ...other.readOnly],
    kept: [...one.kept, ...other.kept],
  };
}

/** The directories between a root and this one, with it: each could be renamed with all it holds. */
function wayTo(directory: string, roots: readonly string[]): string[] {
  const way: string[] = [];
  for (let at = directory; isInside(at, roots) && !roots.includes(at); at = dirname(at)) way.push(at);
  return way;
}

function isInside(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => isWithin(path, root));
}

function lookAt(path: string): "folder" | "file" | "link" | "nothing" {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return "nothing";
  if (found.isSymbolicLink()) return "link";
  return found.isDirectory() ? "folder" : "file";
}
