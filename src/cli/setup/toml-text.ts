import { UnreadableAt } from "../../base/unreadable.ts";

/** A table's header in a TOML text. */
export interface TomlHeader {
  readonly path: readonly string[];
  readonly kind: "table" | "array";
  /** Where its line begins. */
  readonly from: number;
}

export interface TomlText {
  readonly headers: readonly TomlHeader[];
  /** Every key with its table's path before it, and where its line begins and its value ends. */
  readonly keys: readonly { readonly path: readonly string[]; readonly from: number; readonly to: number }[];
}

const blank = /[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y;
const part = /[ \t]*([A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')[ \t]*/y;
const plain = /[^\s,#[\]{}"']+/y;
const strings = [/"""(?:[^\\]|\\[\s\S])*?"{3,5}/y, /'''[\s\S]*?'{3,5}/y, /"(?:[^"\\\n]|\\.)*"/y, /'[^'\n]*'/y];
const gap = /(?:[\s,]|#[^\n]*)+/y;

/** Finds tables and keys; what is in the values is only passed over. Throws `Unreadable`. */
export function readToml(text: string): TomlText {
  return new Reader(text).read();
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): TomlText {
    const headers: TomlHeader[] = [];
    const keys: TomlText["keys"][number][] = [];
    if (this.#text.startsWith("\uFEFF")) this.#at = 1;
    while (this.#at < this.#text.length) {
      if (this.#matched(blank)) continue;
      const from = this.#at;
      this.#matched(/[ \t]*/y);
      if (this.#text[this.#at] === "[") headers.push({ ...this.#header(), from });
      else keys.push({ path: [...(headers.at(-1)?.path ?? []), ...this.#key()], from, to: this.#valueEnd() });
      if (this.#at < this.#text.length && this.#matched(blank) === undefined)
        throw new UnreadableAt(this.#text, this.#at, "expected the end of the line");
    }
    return { headers, keys };
  }

  #header(): Omit<TomlHeader, "from"> {
    const isArray = this.#text.startsWith("[[", this.#at);
    const [open, close] = isArray ? ["[[", "]]"] : ["[", "]"];
    this.#at += open.length;
    const path = this.#path();
    this.#expect(close);
    return { path, kind: isArray ? "array" : "table" };
  }

  #key(): string[] {
    const path = this.#path();
    this.#expect("=");
    return path;
  }

  #path(): string[] {
    const path: string[] = [];
    do {
      const name = this.#matched(part)?.trim();
      if (name === undefined) throw new UnreadableAt(this.#text, this.#at, "expected a name");
      path.push(unquoted(name));
    } while (this.#taken("."));
    return path;
  }

  /** Passes over a value, and answers where it ends. */
  #valueEnd(): number {
    this.#matched(/[ \t]*/y);
    this.#value();
    return this.#at;
  }

  #value(): void {
    const { [this.#at]: first } = this.#text;
    if (first === "[" || first === "{") this.#inside(first === "[" ? "]" : "}");
    else if (!strings.some((pattern) => this.#matched(pattern)) && !this.#matched(plain))
      throw new UnreadableAt(this.#text, this.#at, "expected a value");
  }

  #inside(close: string): void {
    this.#at += 1;
    for (this.#matched(gap); !this.#taken(close); this.#matched(gap)) {
      if (this.#at >= this.#text.length) throw new UnreadableAt(this.#text, this.#at, `expected ${close}`);
      if (close === "}") this.#key();
      this.#matched(/[ \t]*/y);
      this.#value();
    }
  }

  #taken(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #expect(text: string): void {
    if (!this.#taken(text)) throw new UnreadableAt(this.#text, this.#at, `expected ${text}`);
  }

  #matched(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found === "" ? undefined : found;
  }
}

function unquoted(name: string): string {
  if (name.startsWith('"')) return JSON.parse(name);
  return name.startsWith("'") ? name.slice(1, -1) : name;
}
