import { once } from "../../base/once.ts";
import type { Tool } from "./tool.ts";

/** Tools that are loaded together, with the first use of one of them; what they are called is known before. */
export interface Shelf {
  readonly names: readonly string[];
  load(): Promise<readonly Tool[]>;
}

/** A shelf of tools that are loaded already. */
export function shelfOf(tools: readonly Tool[]): Shelf {
  return { names: tools.map(({ name }) => name), load: async () => tools };
}

/** All tools of a table. A shelf is loaded once, when one of its tools is first asked for. */
export class Shelves {
  readonly #loads = new Map<string, () => Promise<readonly Tool[]>>();
  /** Those of the shelves that are loaded. */
  readonly #tools = new Map<string, Tool>();

  constructor(shelves: readonly Shelf[]) {
    for (const shelf of shelves) {
      const load = once(() => shelf.load());
      for (const name of shelf.names) this.#loads.set(name, load);
    }
  }

  get names(): readonly string[] {
    return [...this.#loads.keys()];
  }

  has(name: string): boolean {
    return this.#loads.has(name);
  }

  /** The tool of this name, if it stands on a shelf. */
  async tool(name: string): Promise<Tool | undefined> {
    const load = this.#loads.get(name);
    if (load === undefined) return undefined;
    const loaded = this.#tools.get(name) ?? (await load()).find((tool) => tool.name === name);
    if (loaded === undefined) throw new Error(`Expected ${name} on its shelf`);
    this.#tools.set(name, loaded);
    return loaded;
  }
}
