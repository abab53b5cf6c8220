import { isAbsolute, resolve } from "node:path";
import { isInside } from "../../base/is-inside.ts";

/** In place of directories: all of the daemon's roots, as they stand at the time. */
export const everyRoot = "*";

/** Whether the text is an absolute path without `.`, `..`, doubled or trailing separators. */
export function isPlainPath(path: string): boolean {
  return isAbsolute(path) && resolve(path) === path && !path.includes("\0");
}

/** The directories that a token may name now: what it was given, as far as the daemon's roots still hold it. */
export function rootsOf(given: readonly string[], allRoots: readonly string[]): readonly string[] {
  return given.includes(everyRoot) ? allRoots : given.filter((root) => isInside(root, allRoots));
}
