import type { Follower } from "../../../core/processes/output-log.ts";

/** Those who read one log along. */
export class Followers {
  readonly #all = new Set<{ offset: number; onMore: () => void }>();
  readonly #onReached: () => void;
  readonly #onNone: () => void;

  /** `onReached` runs when one has come further, `onNone` when the last has gone. */
  constructor(parts: { onReached: () => void; onNone: () => void }) {
    this.#onReached = parts.onReached;
    this.#onNone = parts.onNone;
  }

  /** Whether nobody reads along. */
  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  /** How far the first of them has come. */
  get furthest(): number {
    let furthest = Number.NEGATIVE_INFINITY;
    for (const { offset } of this.#all) furthest = Math.max(furthest, offset);
    return furthest;
  }

  /** There may be more to read. */
  tell(): void {
    for (const { onMore } of this.#all) onMore();
  }

  /** One more, who counts as near the end only once it has said how far it is. */
  add(onMore: () => void): Follower {
    const follower = { offset: Number.NEGATIVE_INFINITY, onMore };
    this.#all.add(follower);
    return {
      reached: (offset) => {
        follower.offset = offset;
        this.#onReached();
      },
      [Symbol.dispose]: () => {
        if (this.#all.delete(follower) && this.#all.size === 0) this.#onNone();
      },
    };
  }
}
