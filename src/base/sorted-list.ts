/** Items in the order of a number that is unique among them. Finding takes log n looks; only memory moves. */
export class SortedList<T> implements Iterable<T> {
  readonly #keyOf: (item: T) => number;
  readonly #items: T[] = [];

  constructor(keyOf: (item: T) => number) {
    this.#keyOf = keyOf;
  }

  get size(): number {
    return this.#items.length;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  /** Without effect where it is in the list already. */
  add(item: T): void {
    const place = this.#placeOf(this.#keyOf(item));
    if (this.#items[place] !== item) this.#items.splice(place, 0, item);
  }

  /** Without effect where it is not in the list. Its key must be the one it was added with. */
  delete(item: T): void {
    const place = this.#placeOf(this.#keyOf(item));
    if (this.#items[place] === item) this.#items.splice(place, 1);
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items[Symbol.iterator]();
  }

  /** Of the first item whose key is not lower. */
  #placeOf(key: number): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const item = this.#items[middle];
      if (item !== undefined && this.#keyOf(item) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
