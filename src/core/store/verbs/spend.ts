import { beginOfDay } from "../../../base/day.ts";
import type { CallId, PrincipalId, TokenId } from "../../../protocol/ids.ts";
import type { SpendRow } from "../../../protocol/spend.ts";
import type { Reservation, Reserved, Settlement, SpendLimit, Spent } from "../spend.ts";
import { first, rows, type Verb, where } from "./statement.ts";

/** Sums of dollars are sums of binary fractions; a billionth is no overspending. */
const roundingUsd = 1e-9;

/** No request uses more, and sums of less can be read again; who reports more is not believed. */
const maxTokens = 1e12;

/** The name of a day of UTC. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/**
 * Adds up each limit and writes in one commit, so that no two requests fit under the same rest. A principal's day is
 * found by `spend_by_principal`, a token's by `spend_by_token`.
 */
export function* reserve(request: { reservation: Reservation; limits: SpendLimit[] }): Verb<Reserved> {
  const { reservation } = request;
  const payer = yield* payerOf(reservation);
  for (const limit of [...request.limits, ...limitsOf(payer, reservation)]) {
    if (limit.usd !== undefined && reservation.usd === null) return { kind: "unpriced", limit };
    const spent = yield* spentSince(limit);
    const usd = spent.usd + (reservation.usd ?? 0);
    const tokens = spent.tokens + reservation.inputTokens + reservation.outputTokens;
    const tooMuch = usd > (limit.usd ?? usd) + roundingUsd || tokens > (limit.tokens ?? tokens);
    if (tooMuch) return { kind: "exceeded", limit, spentUsd: spent.usd, spentTokens: spent.tokens };
  }
  yield* rows(
    `INSERT INTO spend (id, call, principal, tool, provider, model, at, day, input_tokens, output_tokens, usd,
       token, model_calls, settled, estimated) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, 0)`,
    reservation.id,
    reservation.call,
    reservation.principal,
    reservation.tool,
    reservation.provider,
    reservation.model,
    reservation.at,
    dayOf(reservation.at),
    Math.min(reservation.inputTokens, maxTokens),
    Math.min(reservation.outputTokens, maxTokens),
    reservation.usd,
    payer?.token ?? reservation.token,
    reservation.modelCalls,
  );
  return { kind: "reserved" };
}

/** What is spent under a token counts for `token`, with all that was put in its place. */
interface Payer {
  token: TokenId;
  usd: number | null;
  tokens: number | null;
}

function* payerOf({ token }: Reservation): Verb<Payer | undefined> {
  if (token === undefined) return undefined;
  return yield* first<Payer>(
    `SELECT COALESCE(spends_as, id) AS token, usd_per_day AS usd, tokens_per_day AS tokens FROM tokens WHERE id = $1`,
    token,
  );
}

/** What a token may spend on the day of the request, where the token says so. */
function limitsOf(payer: Payer | undefined, { principal, at }: Reservation): SpendLimit[] {
  if (payer === undefined) return [];
  const { token, usd, tokens } = payer;
  const since = beginOfDay(at);
  return [
    ...(usd === null ? [] : [{ principal, token, since, usd }]),
    ...(tokens === null ? [] : [{ principal, token, since, tokens }]),
  ];
}

interface Sums {
  usd: number | null;
  tokens: number | null;
}

const sums = "SELECT SUM(usd) AS usd, SUM(input_tokens + output_tokens) AS tokens";

/** Settled and reserved alike; of days that were folded, the whole day. Of a token only days that are not: those of today. */
function* spentSince({ principal, token, since }: SpendLimit): Verb<{ usd: number; tokens: number }> {
  const found =
    token === undefined
      ? yield* rows<Sums>(
          `${sums} FROM spend WHERE principal = $1 AND at >= $2
           UNION ALL ${sums} FROM spend_days WHERE principal = $1 AND day >= $3`,
          principal,
          since,
          dayOf(since),
        )
      : yield* rows<Sums>(`${sums} FROM spend WHERE token = $1 AND at >= $2`, token, since);
  return {
    usd: found.reduce((sum, row) => sum + (row.usd ?? 0), 0),
    tokens: found.reduce((sum, row) => sum + (row.tokens ?? 0), 0),
  };
}

/** A reservation is settled once; estimated, it is charged as it was reserved. */
export function* settle(settlement: Settlement): Verb<void> {
  const { id, inputTokens, outputTokens, usd, estimated } = settlement;
  if (estimated) yield* rows("UPDATE spend SET settled = 1, estimated = 1 WHERE id = $1 AND settled = 0", id);
  else
    yield* rows(
      `UPDATE spend SET settled = 1, input_tokens = $2, output_tokens = $3, usd = $4 WHERE id = $1 AND settled = 0`,
      id,
      Math.min(inputTokens, maxTokens),
      Math.min(outputTokens, maxTokens),
      usd,
    );
}

/** By `spend_open`, which holds what is not settled alone. */
export function* settleAll(): Verb<number> {
  const settled = yield* rows("UPDATE spend SET settled = 1, estimated = 1 WHERE settled = 0 RETURNING id");
  return settled.length;
}

/** What has been charged, by day. */
export function* spend(request: { principal?: PrincipalId; since: number }): Verb<SpendRow[]> {
  const rowsOf = where({ "at >= {}": request.since, "settled = {}": 1, "principal = {}": request.principal });
  const group = "day, principal, tool, provider, model";
  const fine = yield* rows<SpendRow>(
    `SELECT ${group}, COUNT(*) AS requests, SUM(estimated) AS estimated, SUM(input_tokens) AS "inputTokens", SUM(output_tokens) AS "outputTokens",
       CASE WHEN COUNT(usd) = COUNT(*) THEN SUM(usd) END AS usd FROM spend ${rowsOf.text} GROUP BY ${group}`,
    ...rowsOf.values,
  );
  const daysOf = where({ "day >= {}": dayOf(request.since), "principal = {}": request.principal });
  const folded = yield* rows<SpendRow>(
    `SELECT ${group}, requests, input_tokens AS "inputTokens", output_tokens AS "outputTokens",
       CASE WHEN unpriced = 0 THEN usd END AS usd FROM spend_days ${daysOf.text}`,
    ...daysOf.values,
  );
  return merged([...fine, ...folded]);
}

/** A day that is partly folded comes in two rows of the same name. */
function merged(all: readonly SpendRow[]): SpendRow[] {
  const byName = new Map<string, SpendRow>();
  for (const row of all) {
    const name = JSON.stringify([row.day, row.principal, row.tool, row.provider, row.model]);
    const other = byName.get(name);
    if (other === undefined) byName.set(name, { ...row });
    else
      byName.set(name, {
        ...row,
        requests: row.requests + other.requests,
        estimated: (row.estimated ?? 0) + (other.estimated ?? 0),
        inputTokens: row.inputTokens + other.inputTokens,
        outputTokens: row.outputTokens + other.outputTokens,
        usd: row.usd === null || other.usd === null ? null : row.usd + other.usd,
      });
  }
  return [...byName.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => unlessNone(row));
}

/** Those below are found by `calls_by_parent`, step by step; what each spent by `spend_by_call`. */
export function* spentBy(request: { call: CallId }): Verb<Spent> {
  const used = yield* first<Spent>(
    `SELECT COALESCE(SUM(model_calls), 0) AS "modelCalls", COUNT(*) AS requests,
       COALESCE(SUM(estimated), 0) AS estimated, COALESCE(SUM(input_tokens), 0) AS "inputTokens",
       COALESCE(SUM(output_tokens), 0) AS "outputTokens",
       CASE WHEN COUNT(usd) = COUNT(*) THEN COALESCE(SUM(usd), 0) END AS usd FROM spend
     WHERE call = $1 OR call IN (
       WITH RECURSIVE below (id) AS (
         SELECT id FROM calls WHERE parent = $1 UNION SELECT c.id FROM calls c JOIN below b ON c.parent = b.id
       ) SELECT id FROM below
     )`,
    request.call,
  );
  return used === undefined
    ? { modelCalls: 0, requests: 0, inputTokens: 0, outputTokens: 0, usd: 0 }
    : unlessNone(used);
}

/** Estimates are told where there are any. */
function unlessNone<S extends { estimated?: number | undefined }>({ estimated = 0, ...rest }: S) {
  return estimated === 0 ? rest : { ...rest, estimated };
}
