import { plainText } from "./plain-text.ts";

const mostLines = 20;
const mostCharacters = 400;

/** The last lines that a server wrote for people, each cut: nobody can fill the memory with them. */
export class SaidLines {
  readonly #lines: string[] = [];

  /** Cut, without what reads as nothing; where nothing is left it is dropped. */
  add(line: string): void {
    const text = plainText(line, mostCharacters).trim();
    if (text === "") return;
    this.#lines.push(text);
    if (this.#lines.length > mostLines) this.#lines.shift();
  }

  /** Oldest first. */
  get lines(): readonly string[] {
    return [...this.#lines];
  }
}
