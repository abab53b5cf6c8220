import { isAbsolute, relative, resolve, sep } from "node:path";
import { outside, unreadable } from "./refusals.ts";
import type { Scope } from "./scope.ts";

const maxPathBytes = 4096;
const maxNameBytes = 255;
const encoder = new TextEncoder();

/**
 * The absolute path that `path` names in the scope, going by names alone: nothing of it was looked at. Names are taken as
 * they are: `%2e` is no dot, and two spellings of a letter are two names. Refuses with `workspace.unreadable` what no
 * system takes for a path.
 */
export function namedPath(scope: Scope, path: string): string {
  if (path === "") throw unreadable(path, "it is empty", "a path");
  if (path.includes("\0")) throw unreadable(path, "it has a NUL in it", "a path");
  if (!path.isWellFormed()) throw unreadable(path, "it is no Unicode text", "a path");
  if (!isAbsolute(path) && scope.base === undefined) throw outside(path, scope);
  const absolute = resolve(scope.base ?? sep, path);
  const isLong = encoder.encode(absolute).length > maxPathBytes || namesOf(absolute).some(isLongName);
  if (isLong) throw unreadable(path, "ENAMETOOLONG", `at most ${maxPathBytes} bytes, ${maxNameBytes} a name`);
  return absolute;
}

function isLongName(name: string): boolean {
  return encoder.encode(name).length > maxNameBytes;
}

/** The names that an absolute or relative path is made of. */
export function namesOf(path: string): string[] {
  return path.split(sep).filter((name) => name !== "" && name !== ".");
}

/** The names that lead from `directory` down to `path`, none where they are the same, `undefined` where it lies elsewhere. Both absolute. */
export function wayDown(directory: string, path: string): string[] | undefined {
  const way = relative(directory, path);
  if (way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way)) return undefined;
  return namesOf(way);
}
