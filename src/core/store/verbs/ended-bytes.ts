import { first, rows, type Verb } from "./statement.ts";

/** What ended calls take together is counted as they end, so that no sweep has to add it up. */
export function* addEndedBytes(bytes: number): Verb<void> {
  yield* rows("UPDATE totals SET ended_bytes = ended_bytes + $1", bytes);
}

export function* endedBytes(): Verb<number> {
  const total = yield* first<{ bytes: number }>("SELECT ended_bytes AS bytes FROM totals");
  return total?.bytes ?? 0;
}
