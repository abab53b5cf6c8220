import { SortedList } from "./sorted-list.ts";

/** Where an item stands. It must not change while the item waits. */
export interface Standing {
  /** Groups take turns, and inside a group its inner groups do. */
  readonly outer: string;
  readonly inner: string;
  /** What it waits at; all that wait at a closed gate are passed over in one look. */
  readonly gate: string;
  /** Inside its inner group the lowest goes first. Unique in the queue. */
  readonly order: number;
}

/** Who may go now. */
export interface Open {
  gate(gate: string): boolean;
  outer(outer: string): boolean;
  inner(outer: string, inner: string): boolean;
}

/** Members that wait, by gate. A member stands in the list of every gate at which something of it waits. */
type Rows<M> = Map<string, SortedList<M>>;

interface Inner<T> {
  readonly name: string;
  turn: number;
  readonly rows: Rows<T>;
}

interface Outer<T> {
  readonly name: string;
  turn: number;
  readonly rows: Rows<Inner<T>>;
  readonly inners: Map<string, Inner<T>>;
}

interface Candidate<T> {
  outer: Outer<T>;
  inner: Inner<T>;
  item: T;
}

/**
 * A waiting line that is fair at two levels: whose last turn is the longest ago goes next, among the groups
 * and then among the group's own: round-robin, as in J. Nagle's fair queuing (RFC 970). Who joins anew stands at the end,
 * so joining and leaving gains nothing.
 */
export class FairQueue<T extends Standing> {
  readonly #rows: Rows<Outer<T>> = new Map();
  readonly #outers = new Map<string, Outer<T>>();
  #turns = 0;

  add(item: T): void {
    const outer = this.#outer(item.outer);
    const inner = this.#inner(outer, item.inner);
    enter(inner.rows, { gate: item.gate, keyOf: (of) => of.order }, item);
    enter(outer.rows, { gate: item.gate, keyOf: (of) => of.turn }, inner);
    enter(this.#rows, { gate: item.gate, keyOf: (of) => of.turn }, outer);
  }

  /** Takes an item out that gives up; its groups keep their turn. */
  delete(item: T): void {
    const outer = this.#outers.get(item.outer);
    const inner = outer?.inners.get(item.inner);
    if (outer === undefined || inner === undefined) return;
    leave(inner.rows, item.gate, item);
    if (inner.rows.has(item.gate)) return;
    leave(outer.rows, item.gate, inner);
    if (inner.rows.size === 0) outer.inners.delete(inner.name);
    if (outer.rows.has(item.gate)) return;
    leave(this.#rows, item.gate, outer);
    if (outer.rows.size === 0) this.#outers.delete(outer.name);
  }

  /** Takes an item out whose turn it was; its groups go to the end. */
  serve(item: T): void {
    this.delete(item);
    const outer = this.#outers.get(item.outer);
    if (outer === undefined) return;
    const inner = outer.inners.get(item.inner);
    if (inner !== undefined) this.#toTheEnd(outer.rows, inner);
    this.#toTheEnd(this.#rows, outer);
  }

  /**
   * The item whose turn it is among those that may go.
   *
   * The look passes over closed gates and over groups at their limit, never over items: what it costs is
   * bounded by how many gates there are and how many groups can be at a limit, not by how many wait.
   */
  first(open: Open): T | undefined {
    let best: Candidate<T> | undefined;
    for (const [gate, outers] of this.#rows) {
      if (!open.gate(gate)) continue;
      const candidate = firstAt(gate, outers, open);
      if (candidate !== undefined && (best === undefined || goesBefore(candidate, best))) best = candidate;
    }
    return best?.item;
  }

  #outer(name: string): Outer<T> {
    const known = this.#outers.get(name);
    if (known !== undefined) return known;
    const outer: Outer<T> = { name, turn: ++this.#turns, rows: new Map(), inners: new Map() };
    this.#outers.set(name, outer);
    return outer;
  }

  #inner(outer: Outer<T>, name: string): Inner<T> {
    const known = outer.inners.get(name);
    if (known !== undefined) return known;
    const inner: Inner<T> = { name, turn: ++this.#turns, rows: new Map() };
    outer.inners.set(name, inner);
    return inner;
  }

  #toTheEnd<M extends { turn: number; readonly rows: ReadonlyMap<string, unknown> }>(rows: Rows<M>, member: M): void {
    for (const gate of member.rows.keys()) rows.get(gate)?.delete(member);
    member.turn = ++this.#turns;
    for (const gate of member.rows.keys()) rows.get(gate)?.add(member);
  }
}

function firstAt<T>(gate: string, outers: Iterable<Outer<T>>, open: Open): Candidate<T> | undefined {
  for (const outer of outers) {
    if (!open.outer(outer.name)) continue;
    for (const inner of outer.rows.get(gate) ?? []) {
      const item = open.inner(outer.name, inner.name) ? inner.rows.get(gate)?.first : undefined;
      if (item !== undefined) return { outer, inner, item };
    }
  }
  return undefined;
}

function goesBefore<T extends Standing>(a: Candidate<T>, b: Candidate<T>): boolean {
  if (a.outer !== b.outer) return a.outer.turn < b.outer.turn;
  if (a.inner !== b.inner) return a.inner.turn < b.inner.turn;
  return a.item.order < b.item.order;
}

function enter<M>(rows: Rows<M>, { gate, keyOf }: { gate: string; keyOf: (member: M) => number }, member: M): void {
  const row = rows.get(gate) ?? new SortedList(keyOf);
  row.add(member);
  rows.set(gate, row);
}

function leave<M>(rows: Rows<M>, gate: string, member: M): void {
  const row = rows.get(gate);
  row?.delete(member);
  if (row?.size === 0) rows.delete(gate);
}
