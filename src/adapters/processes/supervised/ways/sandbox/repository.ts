import { lstatSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { isInside } from "../../../../../base/is-inside.ts";
import { smallFile } from "./small-file.ts";

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

/**
 * What to guard of the repository whose work is in this directory, and of the bare one that it is itself, as far as
 * they lie within the roots.
 */
export function guardedAt(place: string, roots: readonly string[]): Guarded {
  const own = ofWorkTree(place, roots);
  return isGitFolder(place) ? joined(own, ofFolder(place, roots)) : own;
}

/** What git takes for a repository where it is in it. */
function isGitFolder(place: string): boolean {
  if (lookAt(join(place, "HEAD")) === "nothing") return false;
  return ["objects", "refs"].every((name) => lookAt(join(place, name)) !== "nothing");
}

function ofWorkTree(place: string, roots: readonly string[]): Guarded {
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
  const common = commonFolder(folder);
  if (common === folder) return ofCommon(folder, roots);
  const readOnly = ["commondir", "config.worktree"].map((name) => join(folder, name));
  const pointing = { fixed: wayTo(folder, roots), readOnly, kept: [] };
  return isInside(common, roots) ? joined(pointing, ofCommon(common, roots)) : pointing;
}

function ofCommon(folder: string, roots: readonly string[]): Guarded {
  const fixed = wayTo(folder, roots);
  const kept = ["hooks", "config", "commondir"].map((name) => join(folder, name));
  // A link cannot be kept from being replaced, so all of the folder is.
  if (kept.some((path) => lookAt(path) === "link")) return { fixed, readOnly: [folder], kept: [] };
  return { fixed, readOnly: [join(folder, "config.worktree")], kept };
}

function commonFolder(folder: string): string {
  const pointer = smallFile(join(folder, "commondir"))?.trim();
  const common = pointer === undefined ? undefined : trueFolder(pointer, folder);
  return common === undefined || common === dirname(common) ? folder : common;
}

function folderNamedBy(file: string, place: string): string | undefined {
  const target = /^gitdir: (.+?)\s*$/.exec(smallFile(file) ?? "")?.[1];
  return target === undefined ? undefined : trueFolder(target, place);
}

/** Where a name leads that stands in a file of this folder: by its links it may lead anywhere. */
function trueFolder(name: string, folder: string): string | undefined {
  try {
    const path = realpathSync.native(isAbsolute(name) ? name : `${folder}/${name}`);
    return statSync(path).isDirectory() ? path : undefined;
  } catch {
    return undefined;
  }
}

function joined(one: Guarded, other: Guarded): Guarded {
  return {
    fixed: [...one.fixed, ...other.fixed],
    readOnly: [...one.readOnly, ...other.readOnly],
    kept: [...one.kept, ...other.kept],
  };
}

/** The directories between a root and this one, with it: each could be renamed with all it holds. */
export function wayTo(directory: string, roots: readonly string[]): string[] {
  const way: string[] = [];
  for (let at = directory; isInside(at, roots) && !roots.includes(at); at = dirname(at)) way.push(at);
  return way;
}

function lookAt(path: string): "folder" | "file" | "link" | "nothing" {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isSymbolicLink()) return "link";
  if (found?.isDirectory()) return "folder";
  return found?.isFile() ? "file" : "nothing";
}
