/** What a session wants to be told of: by address, each until the session ends. */
export class ResourceWatches implements Disposable {
  readonly #watches = new Map<string, Disposable>();

  get size(): number {
    return this.#watches.size;
  }

  /** Takes the place of the one that the address had. */
  put(uri: string, watch: Disposable): void {
    this.drop(uri);
    this.#watches.set(uri, watch);
  }

  /** Without effect where nothing is watched there. */
  drop(uri: string): void {
    this.#watches.get(uri)?.[Symbol.dispose]();
    this.#watches.delete(uri);
  }

  [Symbol.dispose](): void {
    for (const uri of [...this.#watches.keys()]) this.drop(uri);
  }
}
