import { rows, type Verb } from "./statement.ts";

/** Counts up, so that every check is a write of its own. */
export function* check(): Verb<void> {
  const written = yield* rows("UPDATE totals SET checks = checks + 1 RETURNING checks");
  if (written.length !== 1) throw new Error("The store has lost its totals");
}
