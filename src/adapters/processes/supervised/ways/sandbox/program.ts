import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isSystemProgram } from "./system.ts";

const maxLinks = 40;

/**
 * Arguments that show a program which lies outside the system: the links that lead to it, its file, and its package
 * where it is part of one. What stands beside it stays hidden: the folder of a program may be a home.
 */
export function programArguments(path: string): string[] {
  const shown: string[] = [];
  let at = path;
  for (let hop = 0; hop < maxLinks && !isSystemProgram(at); hop++) {
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (!found?.isSymbolicLink()) return [...shown, ...fileArguments(at)];
    const target = readlinkSync(at);
    shown.push("--symlink", target, at);
    at = resolve(dirname(at), target);
  }
  return shown;
}

/** Modules are looked for from the true path of a program's file, so its package is shown there too. */
function fileArguments(path: string): string[] {
  const real = realpathSync(path);
  const folder = packageOf(real);
  const shown = folder === undefined || isSystemProgram(folder) ? [] : ["--ro-bind", folder, folder];
  const isThere = shown.length > 0 && path === real;
  return isThere ? shown : [...shown, "--ro-bind", real, path];
}

/** The outermost package that the file is installed in; its dependencies may lie inside. */
function packageOf(path: string): string | undefined {
  return /^.*?\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
}
