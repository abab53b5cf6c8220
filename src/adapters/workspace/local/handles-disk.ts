import { dirname, resolve } from "node:path";
import type { Disk, OpenDirectory, OpenFile } from "../../../core/workspace/disk.ts";
import { namedPath } from "../../../core/workspace/named-path.ts";
import { outside, refusedBySystem, unreadable } from "../../../core/workspace/refusals.ts";
import type { Scope } from "../../../core/workspace/scope.ts";
import { descend, type Place, type Reached } from "./descend.ts";
import { Guard } from "./guard.ts";
import { opened } from "./handle-directory.ts";
import { RootsInUse } from "./roots-in-use.ts";

/** As the kernel has it. */
const maxLinks = 40;
/** Times that a path is begun anew, after a link or where one leads upwards. */
const maxTurns = 256;

/** Where a path has to be followed on: `at` by names alone, `rest` from there. */
interface Way {
  at: string;
  rest: readonly string[];
}

/**
 * Follows paths by handles of directories, so that whoever renames meanwhile, or exchanges a directory and a link, leads
 * nobody out of the roots. Links are read and walked like any path; where one leaves the roots and comes back, what
 * lies outside is gone through by names alone. Linux.
 */
export class HandlesDisk implements Disk {
  readonly way = "handles";
  readonly #roots: readonly string[];
  readonly #forbidden: readonly string[];

  /** `roots` are the widest that any scope has, and what leads to them is trusted; `forbidden` is cut out of each. */
  constructor({ roots, forbidden }: { roots: readonly string[]; forbidden: readonly string[] }) {
    this.#roots = roots;
    this.#forbidden = forbidden;
  }

  async open(scope: Scope, path: string, signal: AbortSignal): Promise<OpenFile | OpenDirectory> {
    const absolute = namedPath(scope, path);
    try {
      const guard = await Guard.over(this.#forbidden);
      const place = await this.#follow(scope, { path, absolute, guard }, signal);
      return await opened(place, guard);
    } catch (error) {
      throw refusedBySystem(path, error, "a file or a directory that can be read");
    }
  }

  async #follow(
    scope: Scope,
    { path, absolute, guard }: { path: string; absolute: string; guard: Guard },
    signal: AbortSignal,
  ): Promise<Place> {
    await using roots = new RootsInUse({ roots: scope.roots, widest: this.#roots, guard });
    let way: Way = { at: absolute, rest: [] };
    let links = 0;
    for (let turn = 0; turn < maxTurns && links <= maxLinks; turn += 1) {
      signal.throwIfAborted();
      const start = await roots.containing(way.at);
      const reached = start && (await descend(start.root, [...start.names, ...way.rest], guard));
      if (reached?.kind === "place") return reached.place;
      if (reached?.kind === "link") links += 1;
      const next = reached === undefined ? nextOutside(way) : onwards(reached);
      if (next === undefined) throw outside(path, scope);
      way = next;
    }
    throw unreadable(path, "ELOOP", `at most ${maxLinks}`);
  }
}

/** A way on, from a link by what it says, from a `..` by the directory above; `undefined` where there is none. */
function onwards(reached: Exclude<Reached, { kind: "place" }>): Way | undefined {
  if (reached.kind === "cut-out") return undefined;
  if (reached.kind === "up") return { at: dirname(reached.directory), rest: reached.rest };
  const { directory, text, rest } = reached;
  // A slash at its end means a directory, as a dot would.
  const names = [...(text.endsWith("/") ? `${text}.` : text).split("/").filter(Boolean), ...rest];
  return text.startsWith("/") ? { at: "/", rest: names } : { at: directory, rest: names };
}

/** What lies outside is not looked at: names lead through it as if none were a link. */
function nextOutside({ at, rest }: Way): Way | undefined {
  const [name, ...others] = rest;
  return name === undefined ? undefined : { at: resolve(at, name), rest: others };
}
