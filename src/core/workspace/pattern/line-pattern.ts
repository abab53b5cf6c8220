import { type Machine, machineOf } from "./machine.ts";

/** Many states at once, and what stood before: all that the rest of a line depends on. */
interface Moment {
  states: readonly number[];
  before: Side;
  /** Where each kind of character leads; filled as lines are read. */
  onward: Map<number, Moment | "found">;
}

type Side = "edge of line" | "word" | "other";

/** A character by what it means to the pattern: which atoms take it, and whether it is of a word. */
interface Kind {
  number: number;
  takenBy: ReadonlySet<number>;
  side: Side;
}

/** Once moments hold so many states, they are forgotten and found anew: a pattern keeps a bounded memory. */
const maxKeptStates = 100_000;
/** What a line has beyond this is not looked at. */
const maxLineLength = 5000;
/** After so much others get their turn: a few milliseconds. */
export const costAtOnce = 256 * 1024;
const maxKinds = 4096;

/**
 * A regular expression that tells whether a line has a match, in time that grows with the lengths of line and pattern and
 * with no power of either. Of a line 5,000 characters are looked at.
 */
export class LinePattern {
  /** What all lines took so far, in looks at a state, a character, or whether an atom takes one. */
  cost = 0;
  readonly #machine: Machine;
  readonly #atoms: readonly RegExp[];
  readonly #characters = new Map<string, Kind>();
  readonly #kinds = new Map<string, Kind>();
  readonly #moments = new Map<string, Moment>();
  readonly #end: Kind;
  #keptStates = 0;

  /** Refuses with `input.invalid` what is no pattern or needs looking back or around. `letters` of either case may be alike. */
  constructor(pattern: string, letters: "exact" | "any-case") {
    this.#machine = machineOf(pattern);
    const flags = letters === "exact" ? "su" : "isu";
    this.#atoms = this.#machine.atoms.map((source) => new RegExp(`^(?:${source})$`, flags));
    this.#end = { number: -1, takenBy: new Set(), side: "edge of line" };
  }

  /** Whether some part of the line fits; the line has no breaks. Comes to that in pieces of about {@link costAtOnce}. */
  *look(line: string): Generator<void, boolean> {
    let restAt = this.cost + costAtOnce;
    let moment = this.#moment([], "edge of line");
    const looked = line.length > maxLineLength ? line.slice(0, maxLineLength) : line;
    this.cost += looked.length;
    for (const character of looked) {
      const next = this.#after(moment, this.#kindOf(character));
      if (next === "found") return true;
      moment = next;
      if (this.cost < restAt) continue;
      yield;
      restAt = this.cost + costAtOnce;
    }
    return looked === line && this.#after(moment, this.#end) === "found";
  }

  #after(moment: Moment, kind: Kind): Moment | "found" {
    const known = moment.onward.get(kind.number);
    if (known !== undefined) return known;
    const next = this.#step(moment, kind);
    moment.onward.set(kind.number, next);
    return next;
  }

  #step({ states, before }: Moment, { takenBy, side }: Kind): Moment | "found" {
    const taken = new Set<number>();
    // A match may begin at every character.
    for (const at of this.#reached([...states, this.#machine.start], before, side)) {
      const state = this.#machine.states[at];
      if (state?.kind === "match") return "found";
      if (state?.kind === "atom" && takenBy.has(state.atom)) taken.add(state.next);
    }
    return this.#moment(
      [...taken].sort((a, b) => a - b),
      side,
    );
  }

  /** Those that can be reached without taking a character, between what stands before and what comes. */
  #reached(from: readonly number[], before: Side, after: Side): ReadonlySet<number> {
    const reached = new Set<number>();
    const waiting = [...from];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (reached.has(at)) continue;
      reached.add(at);
      this.cost += 1;
      const state = this.#machine.states[at];
      if (state?.kind === "either") waiting.push(...state.next);
      if (state?.kind === "assert" && holds[state.what](before, after)) waiting.push(state.next);
    }
    return reached;
  }

  #moment(states: readonly number[], before: Side): Moment {
    const key = `${before} ${states.join(",")}`;
    const known = this.#moments.get(key);
    if (known !== undefined) return known;
    this.#keptStates += states.length + 1;
    if (this.#keptStates > maxKeptStates) this.#forget();
    const moment: Moment = { states, before, onward: new Map() };
    this.#moments.set(key, moment);
    return moment;
  }

  #forget(): void {
    for (const { onward } of this.#moments.values()) onward.clear();
    this.#moments.clear();
    this.#keptStates = 0;
  }

  #kindOf(character: string): Kind {
    const known = this.#characters.get(character);
    if (known !== undefined) return known;
    if (this.#characters.size >= maxKinds) this.#characters.clear();
    this.cost += this.#atoms.length;
    const takenBy = this.#atoms.flatMap((atom, number) => (atom.test(character) ? number : []));
    const side: Side = /\w/.test(character) ? "word" : "other";
    const key = `${side} ${takenBy.join(",")}`;
    const kind = this.#kinds.get(key) ?? { number: this.#kinds.size, takenBy: new Set(takenBy), side };
    this.#kinds.set(key, kind);
    this.#characters.set(character, kind);
    return kind;
  }
}

const holds: Record<"start" | "end" | "edge" | "no-edge", (before: Side, after: Side) => boolean> = {
  start: (before) => before === "edge of line",
  end: (_before, after) => after === "edge of line",
  edge: (before, after) => (before === "word") !== (after === "word"),
  "no-edge": (before, after) => (before === "word") === (after === "word"),
};
