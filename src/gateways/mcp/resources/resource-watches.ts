import { Disposal } from "../../../base/disposal.ts";

/** The place of a watch that is still to come; disposing gives it back where none came. */
export interface Reserved extends Disposable {
  /** Keeps the watch; where nobody wants it any more it ends at once. */
  take(watch: Disposable): void;
}

/** What a session wants to be told of: by address, each until the session ends. */
export class ResourceWatches implements Disposable {
  readonly #watches = new Map<string, Disposable>();
  /** The addresses of those that are still to come. */
  readonly #coming = new Map<Reserved, string>();
  #isOver = false;

  /** Those that are still to come have their places too. */
  get size(): number {
    return this.#watches.size + this.#coming.size;
  }

  /** Holds the place of one that is still to come. */
  reserve(uri: string): Reserved {
    const place = new Disposal(() => this.#coming.delete(reserved));
    const take = (watch: Disposable) => {
      if (this.#coming.has(reserved)) this.put(uri, watch);
      else watch[Symbol.dispose]();
    };
    const reserved = { take, [Symbol.dispose]: () => place[Symbol.dispose]() };
    this.#coming.set(reserved, uri);
    return reserved;
  }

  /** Keeps it; what comes after the end of the session ends at once. */
  put(uri: string, watch: Disposable): void {
    this.#end(uri);
    if (this.#isOver) watch[Symbol.dispose]();
    else this.#watches.set(uri, watch);
  }

  /** Also what is still to come. */
  drop(uri: string): void {
    for (const [reserved, of] of this.#coming) if (of === uri) this.#coming.delete(reserved);
    this.#end(uri);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    for (const uri of [...this.#watches.keys()]) this.#end(uri);
  }

  #end(uri: string): void {
    this.#watches.get(uri)?.[Symbol.dispose]();
    this.#watches.delete(uri);
  }
}
