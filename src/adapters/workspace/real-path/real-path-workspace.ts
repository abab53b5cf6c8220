import { realpath, stat } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import type { Scope } from "../../../core/workspace/scope.ts";
import type { HeldDirectory, Workspace } from "../../../core/workspace/workspace.ts";
import { Fault } from "../../../protocol/fault.ts";

/**
 * Looks where a path really leads and whether that lies in a root. Between the look and the use somebody who
 * can write in the root may replace a directory by a link: this keeps out who names a wrong path, not who
 * races. What is `forbidden` (the daemon's own folder) is cut out of every root.
 */
export class RealPathWorkspace implements Workspace {
  readonly #forbidden: readonly string[];

  constructor(parts: { forbidden: readonly string[] }) {
    this.#forbidden = parts.forbidden;
  }

  async directory({ roots, base }: Scope, path: string, _signal: AbortSignal): Promise<HeldDirectory> {
    if (base === undefined) throw outside(path, roots);
    const directory = await realDirectory(path, resolve(base, path));
    const inside = (await realOf(roots)).some((root) => contains(root, directory));
    const cutOut = (await realOf(this.#forbidden)).some((each) => contains(each, directory));
    if (!inside || cutOut) throw outside(path, roots);
    return { path: directory, async [Symbol.asyncDispose]() {} };
  }
}

async function realDirectory(path: string, absolute: string): Promise<string> {
  try {
    const real = await realpath(absolute);
    if ((await stat(real)).isDirectory()) return real;
  } catch (error) {
    throw unreadable(path, error instanceof Error && "code" in error ? String(error.code) : String(error));
  }
  throw unreadable(path, "it is no directory");
}

/** A root that is not there holds nothing. */
async function realOf(directories: readonly string[]): Promise<string[]> {
  const real = await Promise.all(directories.map((each) => realpath(each).catch(() => undefined)));
  return real.filter((each) => each !== undefined);
}

function contains(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && resolve(directory, way) === path);
}

function outside(path: string, roots: readonly string[]): Fault {
  const why =
    roots.length === 0
      ? "no root is allowed, expected a token with one"
      : `it lies outside the allowed roots, expected one inside ${roots.join(", ")}`;
  const message = `Cannot use directory ${JSON.stringify(path)}: ${why}`;
  return new Fault("workspace.outside", message, { facts: { path, roots } });
}

function unreadable(path: string, reason: string): Fault {
  const message = `Cannot use directory ${JSON.stringify(path)}: ${reason}, expected a directory`;
  return new Fault("workspace.unreadable", message, { facts: { path, reason } });
}
