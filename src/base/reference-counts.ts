import { Disposal } from "./disposal.ts";

/** How often each is held. What nobody holds costs no memory. */
export class ReferenceCounts<K> {
  readonly #counts = new Map<K, number>();
  #all = 0;

  /** Counts until it is disposed; a second time does nothing. */
  hold(key: K): Disposable {
    this.#counts.set(key, this.of(key) + 1);
    this.#all += 1;
    return new Disposal(() => this.#release(key));
  }

  of(key: K): number {
    return this.#counts.get(key) ?? 0;
  }

  /** All that is held together. */
  get all(): number {
    return this.#all;
  }

  #release(key: K): void {
    const left = this.of(key) - 1;
    if (left === 0) this.#counts.delete(key);
    else this.#counts.set(key, left);
    this.#all -= 1;
  }
}
