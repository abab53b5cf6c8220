/** Text up to a mark, piece by piece: each is looked through once, and put together once the mark has come. */
export class UpTo {
  readonly #mark: string;
  readonly #pieces: string[] = [];
  /** The last characters so far: the mark may have begun in them. */
  #last = "";

  constructor(mark: string) {
    this.#mark = mark;
  }

  /** What came before the mark, and what stands behind it in this piece; `undefined` where it has not come. */
  take(piece: string): { before: string; after: string } | undefined {
    this.#pieces.push(piece);
    const seen = this.#last + piece;
    const at = seen.indexOf(this.#mark);
    this.#last = seen.slice(Math.max(0, seen.length - this.#mark.length + 1));
    if (at < 0) return undefined;
    const whole = this.whole;
    return { before: whole.slice(0, whole.length - seen.length + at), after: seen.slice(at + this.#mark.length) };
  }

  /** All that came. */
  get whole(): string {
    return this.#pieces.join("");
  }
}
