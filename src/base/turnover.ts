interface Box<V> {
  value: V | undefined;
}

/**
 * A map for what comes and goes all the time. V8 chains the tables that a `Map` has outgrown, each with all that
 * stood in it, and frees none of them before a full collection; here they hold empty boxes.
 */
export class Turnover<K, V> {
  readonly #boxes = new Map<K, Box<V>>();
  readonly #most: number;

  /** Beyond `most` what was set the longest ago goes. */
  constructor({ most = Number.POSITIVE_INFINITY }: { most?: number } = {}) {
    this.#most = most;
  }

  get size(): number {
    return this.#boxes.size;
  }

  get(key: K): V | undefined {
    return this.#boxes.get(key)?.value;
  }

  has(key: K): boolean {
    return this.#boxes.has(key);
  }

  /** What is set anew stands last. */
  set(key: K, value: V): void {
    this.delete(key);
    this.#boxes.set(key, { value });
    if (this.#boxes.size > this.#most) this.#deleteEldest();
  }

  delete(key: K): void {
    const box = this.#boxes.get(key);
    if (box === undefined) return;
    box.value = undefined;
    this.#boxes.delete(key);
  }

  clear(): void {
    for (const key of this.#boxes.keys()) this.delete(key);
  }

  keys(): MapIterator<K> {
    return this.#boxes.keys();
  }

  /** In the order in which they were set. */
  *values(): Iterable<V> {
    for (const { value } of this.#boxes.values()) if (value !== undefined) yield value;
  }

  #deleteEldest(): void {
    for (const key of this.#boxes.keys()) {
      this.delete(key);
      return;
    }
  }
}
