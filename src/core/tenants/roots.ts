import { isAbsolute, relative, resolve, sep } from "node:path";

/** In place of directories: all of the daemon's roots, as they stand at the time. */
export const everyRoot = "*";

/** Whether `path` is one of these directories or below one, going by names alone. */
export function isInside(path: string, directories: readonly string[]): boolean {
  return directories.some((directory) => {
    const way = relative(directory, path);
    return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  });
}

/** Whether the text is an absolute path without `.`, `..`, doubled or trailing separators. */
export function isPlainPath(path: string): boolean {
  return isAbsolute(path) && resolve(path) === path && !path.includes("\0");
}

/** The directories that a token may name now: what it was given, as far as the daemon's roots still hold it. */
export function rootsOf(given: readonly string[], allRoots: readonly string[]): readonly string[] {
  return given.includes(everyRoot) ? allRoots : given.filter((root) => isInside(root, allRoots));
}
