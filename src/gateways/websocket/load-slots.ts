/** What waits for a place, and is told when there is one. */
export interface Loader {
  load(): void;
}

/**
 * How many sources of a connection may read from the store at once: what they read waits in memory until
 * the socket takes it.
 */
export class LoadSlots {
  #free: number;
  readonly #waiting = new Set<Loader>();

  constructor(slots: number) {
    this.#free = slots;
  }

  /** Whether the loader may read now; otherwise its `load` is called later. */
  take(loader: Loader): boolean {
    if (this.#free === 0) {
      this.#waiting.add(loader);
      return false;
    }
    this.#free -= 1;
    return true;
  }

  give(): void {
    this.#free += 1;
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      next.load();
      return;
    }
  }

  forget(loader: Loader): void {
    this.#waiting.delete(loader);
  }
}
