/** Runs `act` when it is disposed, each time. Cheaper than an object literal, whose computed name costs at every call. */
export class Disposal implements Disposable {
  readonly #act: () => void;

  constructor(act: () => void) {
    this.#act = act;
  }

  [Symbol.dispose](): void {
    this.#act();
  }
}
