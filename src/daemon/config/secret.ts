import { inspect } from "node:util";

/** A value that prints as `***`, whatever prints it. Only {@link reveal} gives it away. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [inspect.custom](): string {
    return hidden;
  }
}

/** What stands in the place of a secret. */
export const hidden = "***";
