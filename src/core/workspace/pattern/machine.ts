import { invalid, type Node, parsePattern } from "./parse-pattern.ts";

/** What a state waits for: one character of an atom, a fact about where it stands, nothing at all, or it is the end. */
export type State =
  | { kind: "atom"; atom: number; next: number }
  | { kind: "assert"; what: "start" | "end" | "edge" | "no-edge"; next: number }
  | { kind: "either"; next: number[] }
  | { kind: "match" };

/** A pattern as a machine of states; it is in many of them at once, so that no text makes it go back. */
export interface Machine {
  states: readonly State[];
  /** The patterns of one character that states refer to by their number. */
  atoms: readonly string[];
  start: number;
}

const maxStates = 2000;

/** Refuses with `input.invalid` what {@link parsePattern} refuses, and what needs more than 2,000 states. */
export function machineOf(pattern: string): Machine {
  const builder = new Builder(pattern);
  const start = builder.build(parsePattern(pattern), builder.add({ kind: "match" }));
  return { states: builder.states, atoms: [...builder.atoms.keys()], start };
}

/** Builds from the end to the beginning: each part is given the state that follows it and answers the one it begins at. */
class Builder {
  readonly states: State[] = [];
  readonly atoms = new Map<string, number>();
  readonly #pattern: string;
  #steps = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  add(state: State): number {
    return this.states.push(state) - 1;
  }

  build(node: Node, next: number): number {
    this.#steps += 1;
    if (this.#steps > maxStates)
      throw invalid(this.#pattern, "it is too large once its repeats are written out", "a smaller one");
    switch (node.kind) {
      case "atom":
        return this.add({ kind: "atom", atom: this.#atom(node.source), next });
      case "assert":
        return this.add({ kind: "assert", what: node.what, next });
      case "sequence":
        return node.parts.reduceRight((after, part) => this.build(part, after), next);
      case "choice":
        return this.add({ kind: "either", next: node.options.map((option) => this.build(option, next)) });
      case "repeat":
        return this.#repeat(node, next);
    }
  }

  #repeat({ of, min, max }: Extract<Node, { kind: "repeat" }>, next: number): number {
    let start = next;
    if (max === Number.POSITIVE_INFINITY) {
      const loop: State = { kind: "either", next: [next] };
      start = this.add(loop);
      loop.next.push(this.build(of, start));
    } else {
      for (let optional = min; optional < max; optional += 1)
        start = this.add({ kind: "either", next: [next, this.build(of, start)] });
    }
    for (let copy = 0; copy < min; copy += 1) start = this.build(of, start);
    return start;
  }

  #atom(source: string): number {
    const known = this.atoms.get(source) ?? this.atoms.size;
    this.atoms.set(source, known);
    return known;
  }
}
