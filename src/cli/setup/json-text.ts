import { unreadableAt } from "./unreadable.ts";

/** A value of a JSON text, by where it stands in it. */
export type JsonNode =
  | { readonly kind: "object"; readonly from: number; readonly to: number; readonly members: readonly JsonMember[] }
  | { readonly kind: "other"; readonly from: number; readonly to: number };

export interface JsonMember {
  readonly key: string;
  /** Where its key begins. */
  readonly from: number;
  readonly value: JsonNode;
}

const deepest = 200;
const space = /[\s\uFEFF]+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const string = /"(?:[^"\\\n]|\\.)*"/y;
const scalar = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Reads JSON that may have comments, and commas before a closing bracket; throws `Unreadable`. */
export function readJson(text: string): JsonNode {
  const reader = new Reader(text);
  const node = reader.value(0);
  reader.skip();
  if (reader.at < text.length) throw unreadableAt(text, reader.at, "expected the end");
  return node;
}

class Reader {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): JsonNode {
    this.skip();
    const from = this.at;
    if (depth > deepest) throw unreadableAt(this.#text, from, "it nests too deep");
    const first = this.#text[from];
    if (first === "{") return this.#object(depth);
    if (first === "[") this.#elements("]", () => void this.value(depth + 1));
    else if (this.#matched(string) === undefined && this.#matched(scalar) === undefined)
      throw unreadableAt(this.#text, from, "expected a value");
    return { kind: "other", from, to: this.at };
  }

  /** Passes over spaces and comments. */
  skip(): void {
    while (this.#matched(space) !== undefined);
  }

  #object(depth: number): JsonNode {
    const from = this.at;
    const members: JsonMember[] = [];
    this.#elements("}", () => {
      const start = this.at;
      const key = this.#matched(string);
      if (key === undefined) throw unreadableAt(this.#text, start, "expected a name in quotes");
      this.skip();
      if (this.#text[this.at] !== ":") throw unreadableAt(this.#text, this.at, "expected a colon");
      this.at += 1;
      members.push({ key: JSON.parse(key), from: start, value: this.value(depth + 1) });
    });
    return { kind: "object", from, to: this.at, members };
  }

  #elements(end: "}" | "]", element: () => void): void {
    this.at += 1;
    for (this.skip(); this.#text[this.at] !== end; this.skip()) {
      element();
      this.skip();
      if (this.#text[this.at] === ",") this.at += 1;
      else if (this.#text[this.at] !== end) throw unreadableAt(this.#text, this.at, `expected a comma or ${end}`);
    }
    this.at += 1;
  }

  #matched(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }
}
