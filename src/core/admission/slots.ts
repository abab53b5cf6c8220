/** How many stand where with a name's slots. */
export interface Tally {
  /** By calls that run. */
  held: number;
  /** By tools that did not end with their call. */
  quarantined: number;
  waiting: number;
}

const nobody: Readonly<Tally> = { held: 0, quarantined: 0, waiting: 0 };

/** Slots of one kind, by name, and how many a name has. A name that nobody holds or waits for costs no memory. */
export class Slots {
  readonly limitOf: (name: string) => number;
  readonly #tallies = new Map<string, Tally>();

  constructor(limitOf: (name: string) => number) {
    this.limitOf = limitOf;
  }

  hasRoom(name: string): boolean {
    const { held, quarantined } = this.tally(name);
    return held + quarantined < this.limitOf(name);
  }

  /** Counts one more, whether there is room or not: who asks has looked. */
  add(name: string, as: keyof Tally): void {
    const tally = this.#tallies.get(name) ?? { ...nobody };
    tally[as] += 1;
    this.#tallies.set(name, tally);
  }

  remove(name: string, as: keyof Tally): void {
    const tally = this.#tallies.get(name);
    if (tally === undefined) return;
    tally[as] -= 1;
    if (tally.held + tally.quarantined + tally.waiting === 0) this.#tallies.delete(name);
  }

  tally(name: string): Readonly<Tally> {
    return this.#tallies.get(name) ?? nobody;
  }

  /** The names that are held or waited for. */
  names(): Iterable<string> {
    return this.#tallies.keys();
  }
}
