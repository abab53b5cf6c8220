import { isId, type MessageId } from "./message.ts";

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const opens = new Set([0x7b, 0x5b]);
const closes = new Set([0x7d, 0x5d]);
const spaces = new Set([0x20, 0x09, 0x0a, 0x0d]);
const colon = 0x3a;

/** Longer keys and ids are of no interest. */
const longest = 256;

/**
 * Finds the `id` of a JSON object that is too long to be held: fed piece by piece, it remembers only the word that
 * it reads at the outermost level.
 */
export class IdFinder {
  id: MessageId | undefined;
  /** Whether it says which method it is: then it is a request, and not an answer. */
  hasMethod = false;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #key = "";
  #word: number[] = [];

  feed(bytes: Uint8Array): void {
    for (const byte of bytes) this.#take(byte);
  }

  #take(byte: number): void {
    if (this.#isInString) this.#takeOfString(byte);
    else if (byte === quote) {
      this.#isInString = true;
      this.#keep(byte);
    } else if (opens.has(byte)) this.#depth += 1;
    else if (closes.has(byte)) {
      if (this.#depth === 1) this.#ended();
      this.#depth -= 1;
    } else if (this.#depth !== 1) return;
    else if (byte === colon) this.#named();
    else if (byte === comma) this.#ended();
    else if (!spaces.has(byte)) this.#keep(byte);
  }

  #takeOfString(byte: number): void {
    this.#keep(byte);
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === backslash) this.#isEscaped = true;
    else if (byte === quote) this.#isInString = false;
  }

  #keep(byte: number): void {
    if (this.#depth === 1 && this.#word.length < longest) this.#word.push(byte);
  }

  #named(): void {
    this.#key = String(this.#read());
    if (this.#key === "method") this.hasMethod = true;
  }

  #ended(): void {
    const value = this.#read();
    if (this.#key === "id" && isId(value)) this.id = value;
    this.#key = "";
  }

  #read(): unknown {
    const text = Buffer.from(this.#word).toString("utf8");
    this.#word = [];
    try {
      return JSON.parse(text);
    } catch {
      // An object, an array, or a word that is longer than any of interest.
      return undefined;
    }
  }
}
