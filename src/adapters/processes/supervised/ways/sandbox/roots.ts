import { realpathSync, statSync } from "node:fs";
import { isInside } from "../../../../../base/is-inside.ts";
import type { ProcessSpec } from "../../../../../core/processes/process-host.ts";
import { notPlaced } from "../not-placed.ts";
import { isOfTheSystem } from "./system.ts";

/**
 * The directories that a command may write in, outer ones first. Refuses those that are missing, reached by a link,
 * part of the system, or the daemon's own: a sandbox with less or more than was asked for would deceive.
 */
export function checkedRoots(spec: ProcessSpec, hidden: readonly string[]): readonly string[] {
  for (const root of spec.reach.roots) {
    if (realPath(spec, root) !== root)
      throw notPlaced(spec, `its root ${root} is a link, expected the directory itself`);
    if (root === "/" || isOfTheSystem(root)) throw notPlaced(spec, `its root ${root} is part of the system`);
    if (isInside(root, hidden)) throw notPlaced(spec, `its root ${root} is the daemon's own`);
  }
  return spec.reach.roots.toSorted();
}

function realPath(spec: ProcessSpec, root: string): string {
  try {
    if (statSync(root).isDirectory()) return realpathSync(root);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : error;
    throw notPlaced(spec, `its root ${root} cannot be found (${code})`);
  }
  throw notPlaced(spec, `its root ${root} is no directory`);
}
