/** Runs `act` when it is disposed, once. Cheaper than an object literal, whose computed name costs at every call. */
export class Disposal implements Disposable {
  #act: (() => void) | undefined;

  constructor(act: () => void) {
    this.#act = act;
  }

  [Symbol.dispose](): void {
    const act = this.#act;
    this.#act = undefined;
    act?.();
  }
}
