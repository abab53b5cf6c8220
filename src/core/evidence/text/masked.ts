import type { Language } from "./languages.ts";

/** A text with what is no code replaced by spaces; every character stays where it was. */
export interface Masked {
  /** Without comments and without what is in strings; their quotes are left. */
  code: string;
  /** Without comments. */
  bare: string;
}

/**
 * Tells code from comments and strings as the language writes them, so far as that is possible without a parser: a
 * string that is left open ends with its line, unless such strings go over lines.
 */
export function masked(text: string, language: Language): Masked {
  const scan = new Scan(text, language);
  while (scan.step());
  return scan.result();
}

/** What may follow a `#` that is no comment: in a shell it has to begin a word. */
const wordBefore = /[\w$}{"'&|(]/;

class Scan {
  readonly #text: string;
  readonly #language: Language;
  readonly #starts: ReadonlySet<string>;
  readonly #code: string[] = [];
  readonly #bare: string[] = [];
  #at = 0;
  /** From where nothing was replaced yet. */
  #from = 0;

  constructor(text: string, language: Language) {
    this.#text = text;
    this.#language = language;
    const { line, block, strings } = language;
    this.#starts = new Set(
      [...line, ...block.map(([open]) => open), ...strings.map(({ quote }) => quote)].map((each) => each[0] ?? ""),
    );
  }

  step(): boolean {
    const text = this.#text;
    while (this.#at < text.length && !this.#starts.has(text[this.#at] ?? "")) this.#at += 1;
    if (this.#at >= text.length) return false;
    if (!this.#comment() && !this.#string()) this.#at += 1;
    return true;
  }

  result(): Masked {
    this.#keep(this.#text.length);
    return { code: this.#code.join(""), bare: this.#bare.join("") };
  }

  #comment(): boolean {
    const { line, block, name } = this.#language;
    const text = this.#text;
    const opened = block.find(([open]) => text.startsWith(open, this.#at));
    if (opened !== undefined) {
      const [open, close] = opened;
      const end = text.indexOf(close, this.#at + open.length);
      this.#blank(end < 0 ? text.length : end + close.length);
      return true;
    }
    if (!line.some((start) => text.startsWith(start, this.#at))) return false;
    if (name === "shell" && wordBefore.test(text[this.#at - 1] ?? "")) return false;
    const end = text.indexOf("\n", this.#at);
    this.#blank(end < 0 ? text.length : end);
    return true;
  }

  #string(): boolean {
    const { strings } = this.#language;
    const string = strings.find(({ quote }) => this.#text.startsWith(quote, this.#at));
    if (string === undefined) return false;
    const { quote } = string;
    const start = this.#at + quote.length;
    const end = this.#endOf(string, start);
    this.#keep(start);
    const inside = this.#text.slice(start, end);
    this.#code.push(blanked(inside));
    this.#bare.push(inside);
    this.#from = end;
    this.#at = this.#text.startsWith(quote, end) ? end + quote.length : end;
    return true;
  }

  #endOf({ quote, raw, long }: Language["strings"][number], start: number): number {
    const text = this.#text;
    for (let at = start; at < text.length; at += 1) {
      if (text.startsWith(quote, at)) return at;
      if (text[at] === "\n" && long === undefined) return at;
      if (text[at] === "\\" && raw === undefined) at += 1;
    }
    return text.length;
  }

  #blank(end: number): void {
    this.#keep(this.#at);
    const spaces = blanked(this.#text.slice(this.#at, end));
    this.#code.push(spaces);
    this.#bare.push(spaces);
    this.#from = end;
    this.#at = end;
  }

  #keep(end: number): void {
    const text = this.#text.slice(this.#from, end);
    this.#code.push(text);
    this.#bare.push(text);
    this.#from = end;
  }
}

function blanked(text: string): string {
  return text.replace(/[^\n\r]/g, " ");
}
