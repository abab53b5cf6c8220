export type SqlValue = string | number | null;

/** SQL that SQLite and PostgreSQL both understand, with `$1`, `$2`, … for its values. */
export interface Statement {
  text: string;
  values: readonly SqlValue[];
}

/**
 * A verb of the store: asks for statements, is given their rows, and answers. Whoever runs it gives it one
 * transaction; run again from the start on the same rows it does the same.
 */
export type Verb<T> = Generator<Statement, T, readonly unknown[]>;

type Given = SqlValue | undefined;

/** The rows of a statement; `R` is what its columns are called. */
export function* rows<R>(text: string, ...values: Given[]): Verb<R[]> {
  return (yield { text, values: values.map((value) => value ?? null) }) as R[];
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
