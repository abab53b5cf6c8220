import { orAborted } from "./abort.ts";
import { Disposal } from "./disposal.ts";

/** Lets one in after the other, by name. A name that nobody wants costs no memory. */
export class KeyedMutex {
  readonly #ends = new Map<string, Promise<void>>();

  /** Resolves once all that came before are through, or have given up; the next one goes when it is disposed. */
  async enter(name: string, signal: AbortSignal): Promise<Disposable> {
    const before = this.#ends.get(name) ?? Promise.resolve();
    const { promise: through, resolve } = Promise.withResolvers<void>();
    const end = before.then(async () => {
      await through;
      if (this.#ends.get(name) === end) this.#ends.delete(name);
    });
    this.#ends.set(name, end);
    using place = new DisposableStack();
    place.use(new Disposal(resolve));
    await orAborted(before, signal);
    return place.move();
  }

  /** How many names are wanted. */
  get size(): number {
    return this.#ends.size;
  }
}
