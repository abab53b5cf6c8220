import { isAbsolute, relative, sep } from "node:path";

/** Whether the absolute `path` is one of these absolute directories or below one, going by names alone: no link is followed. */
export function isInside(path: string, directories: readonly string[]): boolean {
  return directories.some((directory) => {
    const way = relative(directory, path);
    return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  });
}
