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
  #timePart = "";
  #digits = new Uint8Array(randomDigits);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  next(): string {
    const nowMs = this.#clock.wallMs();
    if (nowMs > this.#lastMs) this.#begin(nowMs);
    else this.#countUp();
    let id = this.#timePart;
    for (const digit of this.#digits) id += alphabet[digit];
    return id;
  }

  #begin(nowMs: number): void {
    this.#lastMs = nowMs;
    let rest = nowMs;
    this.#timePart = "";
    for (let i = 0; i < timeDigits; i++) {
      this.#timePart = alphabet[rest % 32] + this.#timePart;
      rest = Math.floor(rest / 32);
    }
    this.#randomise();
  }

  #randomise(): void {
    if (this.#poolUsed + randomDigits > this.#pool.length) {
      randomFillSync(this.#pool);
      this.#poolUsed = 0;
    }
    for (let i = 0; i < randomDigits; i++) this.#digits[i] = (this.#pool[this.#poolUsed++] ?? 0) & 31;
  }

  /** Steps by a random amount, so that a neighbour's id stays unguessable. */
  #countUp(): void {
    const before = this.#digits.slice();
    this.#randomise();
    for (let i = 0; i < randomDigits / 2; i++) this.#digits[i] = before[i] ?? 0;
    for (let i = randomDigits / 2 - 1; i >= 0; i--) {
      const digit = ((this.#digits[i] ?? 0) + 1) & 31;
      this.#digits[i] = digit;
      if (digit !== 0) return;
    }
    this.#begin(this.#lastMs + 1);
  }
}
