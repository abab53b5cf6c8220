import type { LooksLeft } from "./glob.ts";

/** Of one walk: about two seconds. What honest files have takes a hundredth of it. */
const mostInAll = 400_000_000;
/** Of one name: about ten milliseconds. */
const mostOfName = 2_000_000;
/** After so many others get their turn. */
const atOnce = 1_000_000;

/** What holding names against patterns takes of one walk. */
export class Looks {
  #left: number;
  #turnAt: number;

  constructor(most: number = mostInAll) {
    this.#left = most;
    this.#turnAt = most - atOnce;
  }

  /** The walk has to end: what is left unlooked at is told by whoever walks. */
  get isUsedUp(): boolean {
    return this.#left <= 0;
  }

  /** What `look` finds out about one name, within what is left. */
  ofName<T>(look: (looks: LooksLeft) => T): T {
    const most = Math.min(mostOfName, this.#left);
    const looks = { left: most };
    const found = look(looks);
    this.#left -= most - looks.left;
    return found;
  }

  /** Lets others have their turn where enough was looked at since the last. */
  async letOthers(signal: AbortSignal): Promise<void> {
    if (this.#left > this.#turnAt) return;
    this.#turnAt = this.#left - atOnce;
    await new Promise(setImmediate);
    signal.throwIfAborted();
  }
}
