import type { CallId } from "../../../protocol/ids.ts";
import type { Sweep } from "../store.ts";
import { addEndedBytes, endedBytes } from "./ended-bytes.ts";
import { dayOf } from "./spend.ts";
import { rows, type Verb } from "./statement.ts";

interface Ended {
  id: CallId;
  endedAt: number;
  bytes: number;
}

/** A sweep is a step: it holds up the verbs behind it, so it stays short. */
const callsAStep = 200;
const pageSize = 500;

export function* sweep(request: Sweep): Verb<{ calls: CallId[]; bytes: number }> {
  const going = yield* goingCalls(request);
  for (const { id } of going) yield* remove(id);
  const bytes = going.reduce((sum, call) => sum + call.bytes, 0);
  yield* addEndedBytes(-bytes);
  yield* removeExpired(request);
  yield* foldSpend(request);
  return { calls: going.map((call) => call.id), bytes };
}

/** The oldest ended calls that are too old or too much, without those that are kept. */
function* goingCalls({ endedBefore, maxBytes, keep }: Sweep): Verb<Ended[]> {
  const kept = new Set(keep);
  const going: Ended[] = [];
  let tooMuch = (yield* endedBytes()) - maxBytes;
  let last: Pick<Ended, "id" | "endedAt"> = { endedAt: 0, id: "" as CallId };
  for (;;) {
    const page = yield* oldest(last);
    for (const call of page) {
      last = call;
      if (call.endedAt >= endedBefore && tooMuch <= 0) return going;
      if (kept.has(call.id)) continue;
      going.push(call);
      tooMuch -= call.bytes;
      if (going.length === callsAStep) return going;
    }
    if (page.length < pageSize) return going;
  }
}

function* oldest(after: Pick<Ended, "id" | "endedAt">): Verb<Ended[]> {
  return yield* rows<Ended>(
    `SELECT id, ended_at AS "endedAt", bytes FROM calls
     WHERE ended_at IS NOT NULL AND (ended_at > $1 OR (ended_at = $1 AND id > $2)) ORDER BY ended_at, id LIMIT $3`,
    after.endedAt,
    after.id,
    pageSize,
  );
}

function* remove(id: CallId): Verb<void> {
  yield* rows("DELETE FROM journal WHERE call = $1", id);
  yield* rows("DELETE FROM requests WHERE call = $1", id);
  yield* rows("DELETE FROM calls WHERE id = $1", id);
}

/** Tokens go with the last calls that they could have started. */
function* removeExpired({ now, endedBefore }: Sweep): Verb<void> {
  yield* rows("DELETE FROM sessions WHERE expires_at <= $1", now);
  yield* rows("DELETE FROM tickets WHERE expires_at <= $1", now);
  yield* rows("DELETE FROM tokens WHERE revoked_at < $1 OR expires_at < $1", endedBefore);
}

/** Requests of calls that are gone become one row a day: what was spent stays, its size does not grow with use. */
function* foldSpend({ endedBefore }: Sweep): Verb<void> {
  const foldable = `settled = 1 AND day < $1 AND NOT EXISTS (SELECT 1 FROM calls WHERE calls.id = spend.call)`;
  const day = dayOf(endedBefore);
  yield* rows(
    `INSERT INTO spend_days (day, principal, tool, provider, model, requests, input_tokens, output_tokens, usd, unpriced)
     SELECT day, principal, tool, provider, model, COUNT(*), SUM(input_tokens), SUM(output_tokens),
       COALESCE(SUM(usd), 0), COUNT(*) - COUNT(usd)
     FROM spend WHERE ${foldable} GROUP BY day, principal, tool, provider, model
     ON CONFLICT (day, principal, tool, provider, model) DO UPDATE SET
       requests = spend_days.requests + excluded.requests,
       input_tokens = spend_days.input_tokens + excluded.input_tokens,
       output_tokens = spend_days.output_tokens + excluded.output_tokens,
       usd = spend_days.usd + excluded.usd,
       unpriced = spend_days.unpriced + excluded.unpriced`,
    day,
  );
  yield* rows(`DELETE FROM spend WHERE ${foldable}`, day);
}
