/**
 * What is done once the turn of the event loop is over: all that was asked for in one turn goes in one go, in its
 * order. What is done must not throw.
 */
export class TurnEnd {
  #due: (() => void)[] = [];

  run(act: () => void): void {
    if (this.#due.length === 0) setImmediate(this.#end);
    this.#due.push(act);
  }

  /** What is asked for meanwhile belongs to the next turn. */
  readonly #end = (): void => {
    const due = this.#due;
    this.#due = [];
    for (const act of due) act();
  };
}
