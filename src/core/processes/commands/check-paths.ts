import { resolve } from "node:path";
import { isInside } from "../../../base/is-inside.ts";
import { Fault } from "../../../protocol/fault.ts";
import type { Paths } from "./paths.ts";

/** Where the paths of a command may lead. */
export interface PathBounds {
  /** Where relative paths begin; real and absolute. */
  cwd: string;
  roots: readonly string[];
  /** Cut out of every root. */
  forbidden: readonly string[];
  paths: Pick<Paths, "real">;
}

/**
 * Refuses with `workspace.outside` the first path that leads out of the roots, by its name or through a link. What is
 * exchanged between this look and the program's own is out of reach here: confinement keeps that.
 */
export async function checkPaths(given: readonly string[], bounds: PathBounds): Promise<void> {
  if (given.length === 0) return;
  const { cwd, paths } = bounds;
  const [roots, forbidden] = await Promise.all([allReal(bounds.roots, paths), allReal(bounds.forbidden, paths)]);
  for (const path of given) {
    const real = await paths.real(resolve(cwd, path));
    if (!isInside(real, roots) || isInside(real, forbidden)) throw outside(path, bounds.roots);
  }
}

async function allReal(directories: readonly string[], paths: PathBounds["paths"]): Promise<string[]> {
  return await Promise.all(directories.map((each) => paths.real(each)));
}

function outside(path: string, roots: readonly string[]): Fault {
  const message = `Cannot give the command ${JSON.stringify(path)}: it lies outside the allowed roots, expected one inside ${roots.join(", ")}`;
  return new Fault("workspace.outside", message, { facts: { path, roots } });
}
