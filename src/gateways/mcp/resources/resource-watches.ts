import { Disposal } from "../../../base/disposal.ts";

/** What a session wants to be told of: by address, each until the session ends. */
export class ResourceWatches implements Disposable {
  readonly #watches = new Map<string, Disposable>();
  #coming = 0;
  #isOver = false;

  /** Those that are still to come have their places too. */
  get size(): number {
    return this.#watches.size + this.#coming;
  }

  /** Holds the place of one that is still to come. */
  reserve(): Disposable {
    this.#coming += 1;
    return new Disposal(() => {
      this.#coming -= 1;
    });
  }

  /** Keeps it; what comes after the end of the session ends at once. */
  put(uri: string, watch: Disposable): void {
    this.drop(uri);
    if (this.#isOver) watch[Symbol.dispose]();
    else this.#watches.set(uri, watch);
  }

  drop(uri: string): void {
    this.#watches.get(uri)?.[Symbol.dispose]();
    this.#watches.delete(uri);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    for (const uri of [...this.#watches.keys()]) this.drop(uri);
  }
}
