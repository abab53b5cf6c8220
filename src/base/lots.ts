import type { TurnEnd } from "./turn-end.ts";

/**
 * Lets in so many in a turn of the event loop; whoever comes beyond that waits for one of the next turns, in order. What
 * a lot asks of others is with them when its turn ends: they work on it while the next lot asks.
 */
export class Lots {
  readonly #turnEnd: TurnEnd;
  readonly #most: number;
  #left: number;
  #waiting: (() => void)[] = [];
  #isCounting = false;

  constructor(parts: { turnEnd: TurnEnd; most: number }) {
    this.#turnEnd = parts.turnEnd;
    this.#most = parts.most;
    this.#left = parts.most;
  }

  /** Resolves in the turn that has room; nothing to wait for where this one has. */
  enter(): Promise<void> | undefined {
    this.#count();
    if (this.#left > 0) {
      this.#left -= 1;
      return undefined;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    return promise;
  }

  #count(): void {
    if (this.#isCounting) return;
    this.#isCounting = true;
    this.#turnEnd.run(this.#next);
  }

  /** Who is let in goes on once all that this turn asked for was handed over. */
  readonly #next = (): void => {
    this.#isCounting = false;
    const lot = this.#waiting.splice(0, this.#most);
    this.#left = this.#most - lot.length;
    if (lot.length > 0) this.#count();
    for (const goOn of lot) goOn();
  };
}
