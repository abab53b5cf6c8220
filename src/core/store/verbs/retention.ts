import type { CallId, PrincipalId } from "../../../protocol/ids.ts";
import type { Sweep, Swept } from "../store.ts";
import { endedBytes, holders } from "./ended-bytes.ts";
import { removeCall } from "./remove-call.ts";
import { dayOf } from "./spend.ts";
import { first, rows, type Verb } from "./statement.ts";
import { threadBytes } from "./threads.ts";

interface Ended {
  id: CallId;
  principal: PrincipalId;
  endedAt: number;
  bytes: number;
}

/** A sweep is a step: it holds up the verbs behind it, so it stays short. */
const callsAStep = 200;
const pageSize = 500;
const holderPageSize = 50;
/** The audit keeps its newest rows, whatever their age. */
const maxAuditRows = 100_000;
const auditMs = 90 * 86_400_000;

export function* sweep(request: Sweep): Verb<Swept> {
  const going = yield* goingCalls(request);
  for (const call of going) yield* removeCall(call);
  yield* removeExpired(request);
  yield* foldSpend(request);
  const bytes = going.reduce((sum, call) => sum + call.bytes, 0);
  const left = (yield* endedBytes()) + (yield* openBytes()) + (yield* threadBytes());
  return { calls: going.map((call) => call.id), bytes, left };
}

/** The ended calls that are too old or, where none is, too much. */
function* goingCalls({ endedBefore, maxBytes, keep }: Sweep): Verb<Ended[]> {
  const kept = new Set(keep);
  const old = yield* oldCalls(endedBefore, kept);
  if (old.length > 0) return old;
  return yield* excessCalls((yield* endedBytes()) + (yield* threadBytes()) - maxBytes, kept);
}

function* oldCalls(endedBefore: number, kept: ReadonlySet<CallId>): Verb<Ended[]> {
  const going: Ended[] = [];
  let last: Pick<Ended, "id" | "endedAt"> = { endedAt: 0, id: "" as CallId };
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

function* oldest(after: Pick<Ended, "id" | "endedAt">, endedBefore: number): Verb<Ended[]> {
  return yield* rows<Ended>(
    `SELECT id, principal, ended_at AS "endedAt", bytes FROM calls
     WHERE ended_at IS NOT NULL AND ended_at < $4 AND (ended_at > $1 OR (ended_at = $1 AND id > $2))
     ORDER BY ended_at, id LIMIT $3`,
    after.endedAt,
    after.id,
    pageSize,
    endedBefore,
  );
}

interface Holder {
  principal: PrincipalId;
  /** What it still holds. */
  bytes: number;
  /** Its calls up to this one were looked at. */
  after: CallId;
}

/** The oldest of whoever holds most, again and again: nobody's flood takes another's history. */
function* excessCalls(excess: number, kept: ReadonlySet<CallId>): Verb<Ended[]> {
  const going: Ended[] = [];
  let holding: Holder[] = (yield* holders()).map((holder) => ({ ...holder, after: "" as CallId }));
  for (let left = excess; left > 0 && going.length < callsAStep; ) {
    const [most, next] = holding;
    if (most === undefined) break;
    const page = yield* oldestOf(most);
    const cut = { excess: Math.min(left, most.bytes - (next?.bytes ?? 0) + 1), calls: callsAStep - going.length };
    const taken = takeFrom(page, cut, kept);
    going.push(...taken.going);
    left -= taken.bytes;
    most.bytes -= taken.bytes;
    most.after = taken.last ?? most.after;
    const isSpent = taken.last === undefined;
    holding = holding.filter((holder) => !(isSpent && holder === most)).toSorted((a, b) => b.bytes - a.bytes);
  }
  return going;
}

/** As many of a page as must go; `last` was looked at last, `undefined` where there is none. */
function takeFrom(page: readonly Ended[], cut: { excess: number; calls: number }, kept: ReadonlySet<CallId>) {
  const going: Ended[] = [];
  let bytes = 0;
  let last: CallId | undefined;
  for (const call of page) {
    if (bytes >= cut.excess || going.length === cut.calls) break;
    last = call.id;
    if (kept.has(call.id)) continue;
    going.push(call);
    bytes += call.bytes;
  }
  return { going, bytes, last };
}

function* oldestOf({ principal, after }: { principal: PrincipalId; after: CallId }): Verb<Ended[]> {
  return yield* rows<Ended>(
    `SELECT id, principal, ended_at AS "endedAt", bytes FROM calls
     WHERE principal = $1 AND ended_at IS NOT NULL AND id > $2 ORDER BY id LIMIT $3`,
    principal,
    after,
    holderPageSize,
  );
}

function* openBytes(): Verb<number> {
  const open = yield* first<{ bytes: number | null }>("SELECT SUM(bytes) AS bytes FROM calls WHERE ended_at IS NULL");
  return open?.bytes ?? 0;
}

/** Rows of the audit are numbered in their order: the newest are kept by number. Tokens go with the last calls that they could have started. */
function* removeExpired({ now, endedBefore }: Sweep): Verb<void> {
  yield* rows("DELETE FROM sessions WHERE expires_at <= $1", now);
  yield* rows("DELETE FROM tickets WHERE expires_at <= $1", now);
  yield* rows("DELETE FROM tokens WHERE revoked_at < $1 OR expires_at < $1", endedBefore);
  yield* rows("DELETE FROM audit WHERE at < $1", now - auditMs);
  yield* rows("DELETE FROM audit WHERE id <= (SELECT MAX(id) FROM audit) - $1", maxAuditRows);
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
