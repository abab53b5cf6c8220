import { send, type Tree } from "./tree.ts";

/**
 * The tree where the system has no process table (macOS): the command's process group and no more. A child
 * that makes a group of its own is out of reach.
 */
export class GroupTree implements Tree {
  readonly #group: number;
  #over = false;

  constructor(group: number) {
    this.#group = group;
  }

  /** Once seen empty it stays so: a later group of that number is a stranger's. */
  living(): string[] {
    this.#over ||= send(-this.#group, 0) === "gone";
    return this.#over ? [] : [`group ${this.#group}`];
  }

  running(): string[] {
    return [];
  }

  stopped(): string[] {
    return [];
  }

  signal(signal: NodeJS.Signals): void {
    if (this.living().length > 0) send(-this.#group, signal);
  }

  usage(): undefined {
    return undefined;
  }
}
