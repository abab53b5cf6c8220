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
  readonly #loads = new Map<string, () => Promise<void>>();
  /** Those of the shelves that are loaded. */
  readonly #tools = new Map<string, Tool>();

  constructor(shelves: readonly Shelf[]) {
    for (const shelf of shelves) {
      const load = once(async () => this.#put(shelf.names, await shelf.load()));
      for (const name of shelf.names) this.#loads.set(name, load);
    }
  }

  get names(): readonly string[] {
    return [...this.#loads.keys()];
  }

  has(name: string): boolean {
    return this.#loads.has(name);
  }

  /** Resolves once the tool of this name is loaded; nothing is to be waited for where it is, or stands on no shelf. */
  load(name: string): Promise<void> | undefined {
    return this.#tools.has(name) ? undefined : this.#loads.get(name)?.();
  }

  /** The tool of this name, if it stands on a shelf; that is loaded. */
  tool(name: string): Tool | undefined {
    const tool = this.#tools.get(name);
    if (tool === undefined && this.#loads.has(name)) throw new Error(`Expected the shelf of ${name} to be loaded`);
    return tool;
  }

  #put(names: readonly string[], tools: readonly Tool[]): void {
    const missing = names.find((name) => !tools.some((tool) => tool.name === name));
    if (missing !== undefined) throw new Error(`Expected ${missing} on its shelf`);
    for (const tool of tools) this.#tools.set(tool.name, tool);
  }
}
