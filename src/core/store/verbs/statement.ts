import { Fault } from "../../../protocol/fault.ts";

/** What both engines store and read back alike. */
export type SqlValue = string | number | null;

/** SQL that SQLite and PostgreSQL both understand, with `$1`, `$2`, … for its values. */
export interface Statement {
  /** Of a few constant forms, so that engines prepare each once. */
  text: string;
  /** In the order of their numbers. */
  values: readonly SqlValue[];
}

/**
 * A verb of the store: asks for statements, is given their rows, and answers. Whoever runs it gives it one
 * transaction; run again from the start on the same rows it does the same.
 */
export type Verb<T> = Generator<Statement, T, readonly unknown[]>;

type Given = SqlValue | undefined;

/**
 * The rows of a statement; `R` is what its columns are called. A number that would not read back as it was
 * written is refused with `input.invalid`: its row could never be read again.
 */
export function* rows<R>(text: string, ...values: Given[]): Verb<R[]> {
  return (yield { text, values: values.map(storable) }) as R[];
}

function storable(value: Given): SqlValue {
  if (typeof value !== "number" || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value ?? null;
  throw new Fault("input.invalid", `Cannot store the number ${value}: expected one within ±${Number.MAX_SAFE_INTEGER}`);
}

/** The first row, where there is one. */
export function* first<R>(text: string, ...values: Given[]): Verb<R | undefined> {
  const [row] = yield* rows<R>(text, ...values);
  return row;
}

/** `WHERE` of the conditions whose value is given; `{}` in a condition stands for its value. */
export function where(conditions: Record<string, Given>): { text: string; values: SqlValue[] } {
  const values: SqlValue[] = [];
  const parts: string[] = [];
  for (const [condition, value] of Object.entries(conditions)) {
    if (value === undefined) continue;
    values.push(value);
    parts.push(condition.replace("{}", `$${values.length}`));
  }
  return { text: parts.length === 0 ? "" : `WHERE ${parts.join(" AND ")}`, values };
}
