import type { CallId } from "../../../protocol/ids.ts";
import { bytesIn } from "../holding.ts";
import type { Sweep, Swept } from "../store.ts";
import { goOnDeleting } from "./delete-thread.ts";
import { type EndedCall, excess, type Going } from "./excess.ts";
import { holdings } from "./held-bytes.ts";
import { removeCall } from "./remove-call.ts";
import { removeThread } from "./remove-thread.ts";
import { dayOf } from "./spend.ts";
import { rows, type Verb } from "./statement.ts";
import { underWay } from "./under-way.ts";

/** A sweep is a step: it holds up the verbs behind it, so it stays short. */
const callsAStep = 200;
const pageSize = 500;
/** The audit keeps its newest rows, whatever their age. */
const maxAuditRows = 100_000;
const auditMs = 90 * 86_400_000;

/**
 * Old calls by `calls_ended`, in the order in which they ended; what is too much by each holder's own index. What
 * everybody holds is counted as it changes, so that no sweep adds it up; spend is found by its day.
 */
export function* sweep(request: Sweep): Verb<Swept> {
  const { calls, threads } = yield* goingOf(request);
  for (const call of calls) yield* removeCall(call);
  for (const thread of threads) yield* removeThread(thread);
  yield* removeExpired(request);
  yield* foldSpend(request);
  // What a crash cut off; a step of it counts as one that went.
  const cut = yield* goOnDeleting();
  const gone = [...calls.map(({ id }) => id), ...(cut?.calls ?? [])];
  const bytes = bytesIn([...calls, ...threads]);
  return { calls: gone, threads: threads.length + (cut === undefined ? 0 : 1), bytes, left: yield* holdings() };
}

/** The ended calls that are too old or, where none is, what is too much. */
function* goingOf(request: Sweep): Verb<Going> {
  const old = yield* oldCalls(request.endedBefore, new Set(request.keep));
  return old.length > 0 ? { calls: old, threads: [] } : yield* excess(request);
}

function* oldCalls(endedBefore: number, kept: ReadonlySet<CallId>): Verb<EndedCall[]> {
  const going: EndedCall[] = [];
  let last: Pick<EndedCall, "id" | "endedAt"> = { endedAt: 0, id: "" as CallId };
  for (;;) {
    const page = yield* oldest(last, endedBefore);
    for (const call of page) {
      last = call;
      if (kept.has(call.id)) continue;
      going.push(call);
      if (going.length === callsAStep) return going;
    }
    if (page.length < pageSize) return going;
  }
}

function* oldest(after: Pick<EndedCall, "id" | "endedAt">, endedBefore: number): Verb<EndedCall[]> {
  return yield* rows<EndedCall>(
    `SELECT id, principal, ended_at AS "endedAt", bytes FROM calls
     WHERE ended_at < $4 AND NOT ${underWay} AND (ended_at > $1 OR (ended_at = $1 AND id > $2))
     ORDER BY ended_at, id LIMIT $3`,
    after.endedAt,
    after.id,
    pageSize,
    endedBefore,
  );
}

/** Rows of the audit are numbered in their order: the newest are kept by number. Tokens go with the last calls that they could have started. */
function* removeExpired({ now, endedBefore }: Sweep): Verb<void> {
  yield* rows("DELETE FROM sessions WHERE expires_at <= $1", now);
  yield* rows("DELETE FROM tickets WHERE expires_at <= $1", now);
  yield* handOnHeirs(endedBefore);
  yield* rows("DELETE FROM tokens WHERE revoked_at < $1 OR expires_at < $1", endedBefore);
  yield* rows("DELETE FROM audit WHERE at < $1", now - auditMs);
  yield* rows("DELETE FROM audit WHERE id <= (SELECT MAX(id) FROM audit) - $1", maxAuditRows);
}

/** What came of a token that goes is its maker's: who revokes that ends it still. */
function* handOnHeirs(endedBefore: number): Verb<void> {
  const isOver = "revoked_at < $1 OR expires_at < $1";
  for (let moved = 1; moved > 0; )
    moved = (yield* rows(
      `UPDATE tokens SET maker = (SELECT m.maker FROM tokens m WHERE m.id = tokens.maker)
       WHERE NOT COALESCE(${isOver}, FALSE) AND maker IN (SELECT id FROM tokens WHERE ${isOver}) RETURNING id`,
      endedBefore,
    )).length;
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
