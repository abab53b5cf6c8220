import { randomFillSync } from "node:crypto";
import type { Clock } from "./clock.ts";

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const timeDigits = 10;
const randomDigits = 16;

/** Ids that sort by the time they were made, also across starts, and cannot be guessed. */
export interface Ids {
  /** 26 characters of Crockford base 32: 48 bits of milliseconds, 80 bits of chance. */
  next(): string;
}

/** Within a millisecond the random part counts up, so that order holds there too. */
export class SortableIds implements Ids {
  readonly #clock: Clock;
  readonly #pool = new Uint8Array(4096);
  #poolUsed = 4096;
  #lastMs = -1;
  /** The last id as digits, and as it is written: an id made letter by letter would be a chain of its pieces. */
  readonly #digits = new Uint8Array(timeDigits + randomDigits);
  readonly #letters = Buffer.alloc(timeDigits + randomDigits);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  next(): string {
    const nowMs = this.#clock.wallMs();
    if (nowMs > this.#lastMs) this.#begin(nowMs);
    else this.#countUp();
    for (let at = 0; at < this.#digits.length; at++) this.#letters[at] = alphabet.charCodeAt(this.#digits[at] ?? 0);
    return this.#letters.toString("latin1");
  }

  #begin(nowMs: number): void {
    this.#lastMs = nowMs;
    let rest = nowMs;
    for (let at = timeDigits - 1; at >= 0; at--) {
      this.#digits[at] = rest % 32;
      rest = Math.floor(rest / 32);
    }
    this.#randomise(timeDigits);
  }

  /** New chance from this digit on. */
  #randomise(from: number): void {
    const end = timeDigits + randomDigits;
    if (this.#poolUsed + end - from > this.#pool.length) {
      randomFillSync(this.#pool);
      this.#poolUsed = 0;
    }
    for (let at = from; at < end; at++) this.#digits[at] = (this.#pool[this.#poolUsed++] ?? 0) & 31;
  }

  /** Steps by a random amount, so that a neighbour's id stays unguessable. */
  #countUp(): void {
    const counted = timeDigits + randomDigits / 2;
    this.#randomise(counted);
    for (let at = counted - 1; at >= timeDigits; at--) {
      const digit = ((this.#digits[at] ?? 0) + 1) & 31;
      this.#digits[at] = digit;
      if (digit !== 0) return;
    }
    this.#begin(this.#lastMs + 1);
  }
}
