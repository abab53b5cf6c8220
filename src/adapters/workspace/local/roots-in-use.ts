import { wayDown } from "../../../core/workspace/named-path.ts";
import { descend, type Place } from "./descend.ts";
import type { Guard } from "./guard.ts";
import { PathHandle } from "./path-handle.ts";

/** The roots of one scope while one path is followed: each is opened when it is needed and held until the end. */
export class RootsInUse implements AsyncDisposable {
  readonly #roots: readonly string[];
  readonly #widest: readonly string[];
  readonly #guard: Guard;
  readonly #opened = new Map<string, Place | undefined>();

  constructor({ roots, widest, guard }: { roots: readonly string[]; widest: readonly string[]; guard: Guard }) {
    this.#roots = roots;
    this.#widest = widest;
    this.#guard = guard;
  }

  /** The root that `path` lies in and the names down from there. A root is known by the name it was given and by its real one. */
  async containing(path: string): Promise<{ root: Place; names: string[] } | undefined> {
    for (const name of this.#roots) {
      const names = wayDown(name, path);
      const root = names === undefined ? undefined : await this.#place(name);
      if (root !== undefined && names !== undefined) return { root, names };
    }
    for (const name of this.#roots) {
      const root = await this.#place(name);
      const names = root && wayDown(root.path, path);
      if (root !== undefined && names !== undefined) return { root, names };
    }
    return undefined;
  }

  async #place(root: string): Promise<Place | undefined> {
    if (!this.#opened.has(root)) this.#opened.set(root, await this.#open(root).catch(() => undefined));
    return this.#opened.get(root);
  }

  /**
   * What leads to one of the widest roots is the operator's, and links there are followed. What leads on from there may
   * be anybody's who can write there: a root behind a link is none.
   */
  async #open(root: string): Promise<Place | undefined> {
    const widest = this.#widest.find((each) => wayDown(each, root) !== undefined);
    if (widest === undefined) return undefined;
    await using handle = await PathHandle.open(widest, "follow");
    const path = await handle.realPath();
    const isFit = this.#guard.admitsRoot(path) && (await this.#guard.admits(handle.stats, handle.through, undefined));
    if (!isFit) return undefined;
    const reached = await descend({ handle, path }, wayDown(widest, root) ?? [], this.#guard);
    return reached.kind === "place" ? reached.place : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using all = new AsyncDisposableStack();
    for (const place of this.#opened.values()) if (place !== undefined) all.use(place.handle);
    this.#opened.clear();
  }
}
