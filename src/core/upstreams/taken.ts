import { z } from "zod";
import { plainText } from "./plain-text.ts";
import type { LeftOut } from "./upstream.ts";

const shownName = 60;
/** Of what is left out no more is told. */
const mostLeft = 256;

/** A name that every client can send and that reads as what it is. */
const nameRule = /^[A-Za-z0-9_][\w./-]{0,94}$/;
const named = z.object({ name: z.string() });

/** What of a server's list is offered, by name, and what is not. */
export interface Taken<T> {
  all: ReadonlyMap<string, T>;
  left: readonly LeftOut[];
}

/** How a list is judged: an entry is taken, or left out with a reason; `most` is how many are taken. */
export interface Taking<T> {
  /** What the entries are, in the plural. */
  what: string;
  most: number;
  nameOf: (entry: T) => string;
  judge: (entry: unknown) => T | LeftOut;
}

/** Takes the first entries of a stranger's list that are good, each name once. */
export function takenOf<T extends object>(entries: readonly unknown[], taking: Taking<T>): Taken<T> {
  const { what, most, nameOf, judge } = taking;
  const all = new Map<string, T>();
  const left: LeftOut[] = [];
  for (const entry of entries) {
    const judged = judge(entry);
    if (isLeft(judged)) {
      left.push(judged);
      continue;
    }
    const name = nameOf(judged);
    if (all.has(name)) left.push({ name, reason: "it is named twice; the first one is taken" });
    else if (all.size >= most) left.push({ name, reason: `there are more than ${most} ${what}` });
    else all.set(name, judged);
  }
  return { all, left: left.slice(0, mostLeft) };
}

/** At most 95 characters that every client can send and that hide nothing. */
export function isPlainName(name: string): boolean {
  return nameRule.test(name);
}

/** How an entry that is not taken calls itself. */
export function namedBy(entry: unknown): string {
  const { name } = named.safeParse(entry).data ?? { name: "" };
  return plainText(name, shownName) || "(no name)";
}

function isLeft(judged: object): judged is LeftOut {
  return "reason" in judged;
}
