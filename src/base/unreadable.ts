/** A text that is not what it should be, and where: lines and columns count from 1. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}

/** The same, at a place in the text. */
export class UnreadableAt extends Unreadable {
  readonly line: number;
  readonly column: number;
  /** What was expected there, as in `expected a colon`. */
  readonly fact: string;

  constructor(text: string, at: number, fact: string) {
    const before = text.slice(0, at).split("\n");
    super(`line ${before.length}: ${fact}`);
    this.line = before.length;
    this.column = (before.at(-1)?.length ?? 0) + 1;
    this.fact = fact;
  }
}
