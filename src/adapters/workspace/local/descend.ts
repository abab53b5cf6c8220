import { join } from "node:path";
import { unreadable } from "../../../core/workspace/refusals.ts";
import type { Guard } from "./guard.ts";
import { PathHandle } from "./path-handle.ts";

/** Something inside a root: what holds it, and its real absolute path. */
export interface Place {
  handle: PathHandle;
  path: string;
}

/** Where names led: to a place, to a link, upwards, or to what no root may contain. `rest` are the names that were not walked. */
export type Reached =
  | { kind: "place"; place: Place }
  | { kind: "link"; directory: string; text: string; rest: readonly string[] }
  | { kind: "up"; directory: string; rest: readonly string[] }
  | { kind: "cut-out" };

/**
 * Walks down from a place name by name, each from the handle of the directory before it, so that nothing on the way can
 * be exchanged. Follows no link and goes nowhere up. The place that it reaches is the caller's to close, as `start` is.
 */
export async function descend(start: Place, names: readonly string[], guard: Guard): Promise<Reached> {
  let here: Place = { handle: await PathHandle.open(start.handle.through, "follow"), path: start.path };
  for (const [index, name] of names.entries()) {
    await using leaving = here.handle;
    const rest = names.slice(index + 1);
    if (name === "..") {
      if (!leaving.stats.isDirectory()) throw unreadable(here.path, "ENOTDIR", "a directory");
      return { kind: "up", directory: here.path, rest };
    }
    const next = await stepInto({ handle: leaving, path: here.path }, name, guard);
    if (next === "link") return { kind: "link", directory: here.path, text: await leaving.linkBelow(name), rest };
    if (next === "cut-out") return { kind: "cut-out" };
    here = next;
  }
  return { kind: "place", place: here };
}

/** What the directory has under that one name, if it is no link and a root may contain it. */
export async function stepInto(
  { handle, path }: Place,
  name: string,
  guard: Guard,
): Promise<Place | "link" | "cut-out"> {
  await using taken = new AsyncDisposableStack();
  const next = taken.use(await handle.below(name));
  if (next.stats.isSymbolicLink()) return "link";
  if (!(await guard.admits(next.stats, next.through, handle.stats.dev))) return "cut-out";
  taken.move();
  return { handle: next, path: join(path, name) };
}
