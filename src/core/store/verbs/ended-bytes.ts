import type { PrincipalId } from "../../../protocol/ids.ts";
import { first, rows, type Verb } from "./statement.ts";

/** What a principal's ended calls take is counted as they end, so that no sweep has to add it up. */
export function* addEndedBytes(principal: PrincipalId, bytes: number): Verb<void> {
  yield* rows(
    `INSERT INTO held (principal, bytes) VALUES ($1, $2)
     ON CONFLICT (principal) DO UPDATE SET bytes = held.bytes + excluded.bytes`,
    principal,
    bytes,
  );
}

/** Nothing of it is left. */
export function* forgetEndedBytes(principal: PrincipalId): Verb<void> {
  yield* rows("DELETE FROM held WHERE principal = $1", principal);
}

export function* endedBytes(): Verb<number> {
  const total = yield* first<{ bytes: number | null }>("SELECT SUM(bytes) AS bytes FROM held");
  return total?.bytes ?? 0;
}

/** Who holds how much with ended calls, the most first. */
export function* holders(): Verb<{ principal: PrincipalId; bytes: number }[]> {
  return yield* rows("SELECT principal, bytes FROM held WHERE bytes > 0 ORDER BY bytes DESC, principal");
}
