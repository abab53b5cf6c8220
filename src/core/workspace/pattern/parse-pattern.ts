import { Fault } from "../../../protocol/fault.ts";

/** A pattern as a tree. An atom takes one character and is a pattern of that one character itself. */
export type Node =
  | { kind: "atom"; source: string }
  | { kind: "assert"; what: "start" | "end" | "edge" | "no-edge" }
  | { kind: "sequence"; parts: Node[] }
  | { kind: "choice"; options: Node[] }
  | { kind: "repeat"; of: Node; min: number; max: number };

const maxLength = 1000;
const maxRepeats = 1000;

/**
 * The grammar of JavaScript's regular expressions with the flag `u`, without what needs looking back or around: references
 * to groups, look-ahead, look-behind. Those, and what is no pattern at all, are `input.invalid`.
 */
export function parsePattern(pattern: string): Node {
  if (pattern.length > maxLength) throw invalid(pattern, `it has ${pattern.length} characters`, `at most ${maxLength}`);
  try {
    new RegExp(pattern, "u");
  } catch (error) {
    throw invalid(pattern, error instanceof Error ? error.message : String(error), "a regular expression");
  }
  return new Parser(pattern).choice();
}

/** `input.invalid`, with at most 200 characters of the pattern in its sentence. */
export function invalid(pattern: string, why: string, expected: string): Fault {
  const message = `Cannot search for ${JSON.stringify(pattern.slice(0, 200))}: ${why}, expected ${expected}`;
  return new Fault("input.invalid", message, { facts: { pattern: pattern.slice(0, maxLength) } });
}

/** One character, as it is written: a class, a property, an escape, a pair of escapes, or itself. */
const atom =
  /\[(?:\\.|[^\\\]])*\]|\\[pP]\{[^}]*\}|\\u\{[\da-fA-F]+\}|\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[\da-fA-F]{4}|\\x[\da-fA-F]{2}|\\c[A-Za-z]|\\.|[^\\]/suy;
const quantifier = /([*+?]|\{(\d+)(,?)(\d*)\})\??/uy;
const group = /\((?:\?:|\?<[^=!][^>]*>|(?!\?))/uy;
const assertions = { "^": "start", $: "end", "\\b": "edge", "\\B": "no-edge" } as const;

/** Reads a pattern that is known to be well formed. */
class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  choice(): Node {
    const options = [this.#sequence()];
    while (this.#take(/\|/uy)) options.push(this.#sequence());
    return options.length === 1 && options[0] ? options[0] : { kind: "choice", options };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    while (this.#at < this.#text.length && !/[|)]/.test(this.#text[this.#at] ?? "")) parts.push(this.#quantified());
    return { kind: "sequence", parts };
  }

  #quantified(): Node {
    const of = this.#single();
    const [, sign, low, comma, high] = this.#take(quantifier) ?? [];
    if (sign === undefined) return of;
    if (sign === "*") return { kind: "repeat", of, min: 0, max: Number.POSITIVE_INFINITY };
    if (sign === "+") return { kind: "repeat", of, min: 1, max: Number.POSITIVE_INFINITY };
    if (sign === "?") return { kind: "repeat", of, min: 0, max: 1 };
    const min = Number(low);
    const max = comma === "" ? min : high ? Number(high) : Number.POSITIVE_INFINITY;
    if (min > maxRepeats || (max > maxRepeats && Number.isFinite(max)))
      throw invalid(this.#text, `it repeats ${sign}`, `at most ${maxRepeats} times`);
    return { kind: "repeat", of, min, max };
  }

  #single(): Node {
    if (this.#take(group)) {
      const inner = this.choice();
      this.#take(/\)/uy);
      return inner;
    }
    if (this.#text.startsWith("(", this.#at)) throw this.#beyond("a group that looks ahead, behind or changes flags");
    const [source = ""] = this.#take(/[\^$]|\\[bB]/uy) ?? this.#take(atom) ?? [];
    const what = assertions[source as keyof typeof assertions];
    if (what !== undefined) return { kind: "assert", what };
    if (/^\\[1-9k]/.test(source)) throw this.#beyond("a reference to a group");
    return { kind: "atom", source };
  }

  #take(expected: RegExp): RegExpExecArray | undefined {
    expected.lastIndex = this.#at;
    const found = expected.exec(this.#text) ?? undefined;
    if (found !== undefined) this.#at += found[0].length;
    return found;
  }

  #beyond(what: string): Fault {
    return invalid(this.#text, `it has ${what}, which can take for ever`, "a pattern without one");
  }
}
