import type { PrincipalId } from "../../../protocol/ids.ts";
import type { Holding } from "../holding.ts";
import { rows, type Verb } from "./statement.ts";

/** What a principal's ended calls and its conversations take is counted as they change, so that no sweep has to add it up. */
export function* addHeldBytes(principal: PrincipalId, bytes: number): Verb<void> {
  yield* rows(
    `INSERT INTO held (principal, bytes) VALUES ($1, $2)
     ON CONFLICT (principal) DO UPDATE SET bytes = held.bytes + excluded.bytes`,
    principal,
    bytes,
  );
}

/** Nothing of it is left. */
export function* forgetHeldBytes(principal: PrincipalId): Verb<void> {
  yield* rows("DELETE FROM held WHERE principal = $1", principal);
}

/** Who holds how much, calls that have not ended too; those that hold nothing are left out. */
export function* holdings(): Verb<Holding[]> {
  return yield* rows<Holding>(
    `SELECT principal, SUM(bytes) AS bytes FROM (
       SELECT principal, bytes FROM held UNION ALL SELECT principal, bytes FROM calls WHERE ended_at IS NULL
     ) AS kept GROUP BY principal HAVING SUM(bytes) > 0`,
  );
}
