import { UnreadableAt } from "./unreadable.ts";

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

/** How a text may be written: as JSON is, or with comments, and commas before a closing bracket. */
export type Writing = "strict" | "with-comments";

const deepest = 200;
const spaces = { strict: /[ \t\r\n]+/y, "with-comments": /[\s\uFEFF]+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y };
const strings = {
  strict: /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy,
  "with-comments": /"(?:[^"\\\n]|\\.)*"/y,
};
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Reads where the values of a JSON text stand; throws `UnreadableAt`. */
export function readJson(text: string, writing: Writing): JsonNode {
  const reader = new Reader(text, writing);
  const node = reader.value(0);
  reader.skip();
  if (reader.at < text.length) throw new UnreadableAt(text, reader.at, "expected the end");
  return node;
}

class Reader {
  readonly #text: string;
  readonly #writing: Writing;
  at = 0;

  constructor(text: string, writing: Writing) {
    this.#text = text;
    this.#writing = writing;
  }

  value(depth: number): JsonNode {
    this.skip();
    const from = this.at;
    if (depth > deepest) throw new UnreadableAt(this.#text, from, "it nests too deep");
    const first = this.#text[from];
    if (first === "{") return this.#object(depth);
    if (first === "[") this.#elements("]", () => void this.value(depth + 1));
    else if (this.#matched(strings[this.#writing]) === undefined && this.#matched(scalar) === undefined)
      throw new UnreadableAt(this.#text, from, "expected a value");
    return { kind: "other", from, to: this.at };
  }

  /** Passes over spaces and comments. */
  skip(): void {
    while (this.#matched(spaces[this.#writing]) !== undefined);
  }

  #object(depth: number): JsonNode {
    const from = this.at;
    const members: JsonMember[] = [];
    this.#elements("}", () => {
      const start = this.at;
      const key = this.#matched(strings[this.#writing]);
      if (key === undefined) throw new UnreadableAt(this.#text, start, "expected a name in quotes");
      this.skip();
      if (this.#text[this.at] !== ":") throw new UnreadableAt(this.#text, this.at, "expected a colon");
      this.at += 1;
      members.push({ key: JSON.parse(key), from: start, value: this.value(depth + 1) });
    });
    return { kind: "object", from, to: this.at, members };
  }

  #elements(end: "}" | "]", element: () => void): void {
    this.at += 1;
    let isDue = false;
    for (this.skip(); isDue || this.#text[this.at] !== end; this.skip()) {
      element();
      this.skip();
      isDue = this.#text[this.at] === "," && this.#writing === "strict";
      if (this.#text[this.at] === ",") this.at += 1;
      else if (this.#text[this.at] !== end) throw new UnreadableAt(this.#text, this.at, `expected a comma or ${end}`);
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
