import { lstatSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { isInside } from "../../../../../base/is-inside.ts";
import { guardedAt, wayTo } from "./repository.ts";
import { StandIns } from "./stand-ins.ts";

/**
 * Keeps commands from making a repository run something for whoever uses it next. Its hooks and its configuration
 * are read-only; its folder can be neither renamed nor pointed elsewhere. A repository that a command makes itself
 * is its own, and so is one deeper than is looked.
 */
export class Repositories {
  readonly #standIns = new StandIns();

  /**
   * Arguments that guard the repositories at each root, one level below it, and on the way to `cwd`. What is hidden
   * in a root stays where it is covered: with a directory that it lies in it would be moved out from under that.
   */
  guard(
    roots: readonly string[],
    cwd: string,
    hidden: readonly string[] = [],
  ): { arguments: readonly string[] } & Disposable {
    const found = placesIn(roots, cwd).map((place) => guardedAt(place, roots));
    const absent = this.#standIns.take(found.flatMap(({ kept }) => kept));
    const ways = hidden.flatMap((own) => wayTo(dirname(own), roots));
    const fixed = sortedOnce([...ways, ...found.flatMap((each) => each.fixed)]);
    const named = sortedOnce(found.flatMap((each) => [...each.readOnly, ...each.kept]));
    const readOnly = named.filter((path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined);
    return {
      // What is bound later covers what lies in it: folders before what they hold.
      arguments: [
        ...fixed.flatMap((path) => ["--bind", path, path]),
        ...readOnly.flatMap((path) => ["--ro-bind", path, path]),
      ],
      [Symbol.dispose]: () => absent[Symbol.dispose](),
    };
  }
}

function placesIn(roots: readonly string[], cwd: string): string[] {
  const below = roots.flatMap((root) => foldersOf(root).map((name) => join(root, name)));
  const above: string[] = [];
  for (let at = cwd; isInside(at, roots); at = dirname(at)) above.push(at);
  return sortedOnce([...roots, ...below, ...above]);
}

function foldersOf(root: string): string[] {
  const entries = readdirSync(root, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

function sortedOnce(paths: readonly string[]): string[] {
  return [...new Set(paths)].toSorted();
}
