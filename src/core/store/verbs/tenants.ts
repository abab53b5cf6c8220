import type { CallId, PrincipalId, TokenId } from "../../../protocol/ids.ts";
import type { AuditEntry, PrincipalRow, RemovedPrincipal } from "../tenants.ts";
import { removeGoing } from "./delete-thread.ts";
import { forgetHeldBytes } from "./held-bytes.ts";
import { first, rows, type Verb } from "./statement.ts";
import { removeThreads } from "./threads.ts";

const columns = `id, name, role, created_at AS "createdAt", suspended_at AS "suspendedAt"`;

export function* audit(entry: AuditEntry): Verb<void> {
  const { at, principal, act, facts } = entry;
  yield* rows("INSERT INTO audit (at, principal, act, facts) VALUES ($1, $2, $3, $4)", at, principal, act, facts);
}

/** A name is taken like an id: people choose principals by it. */
export function* putPrincipal(request: { principal: PrincipalRow; audit?: AuditEntry }): Verb<"new" | "exists"> {
  const { id, name, role, createdAt, suspendedAt } = request.principal;
  const inserted = yield* rows(
    `INSERT INTO principals (id, name, role, created_at, suspended_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING RETURNING id`,
    id,
    name,
    role,
    createdAt,
    suspendedAt,
  );
  if (inserted.length === 0) return "exists";
  if (request.audit !== undefined) yield* audit(request.audit);
  return "new";
}

export function* principal(request: { id: PrincipalId }): Verb<PrincipalRow | undefined> {
  return yield* first<PrincipalRow>(`SELECT ${columns} FROM principals WHERE id = $1`, request.id);
}

export function* principals(): Verb<PrincipalRow[]> {
  return yield* rows<PrincipalRow>(`SELECT ${columns} FROM principals ORDER BY created_at, id`);
}

export function* suspendPrincipal(request: {
  id: PrincipalId;
  at: number;
  audit: AuditEntry;
}): Verb<PrincipalRow | undefined> {
  const suspended = yield* first<PrincipalRow>(
    `UPDATE principals SET suspended_at = COALESCE(suspended_at, $2) WHERE id = $1 RETURNING ${columns}`,
    request.id,
    request.at,
  );
  if (suspended === undefined) return undefined;
  yield* rows("DELETE FROM sessions WHERE principal = $1", request.id);
  yield* audit(request.audit);
  return suspended;
}

export function* resumePrincipal(request: { id: PrincipalId; audit: AuditEntry }): Verb<PrincipalRow | undefined> {
  const resumed = yield* first<PrincipalRow>(
    `UPDATE principals SET suspended_at = NULL WHERE id = $1 RETURNING ${columns}`,
    request.id,
  );
  if (resumed !== undefined) yield* audit(request.audit);
  return resumed;
}

export function* removePrincipal(request: { id: PrincipalId; audit: AuditEntry }): Verb<RemovedPrincipal | undefined> {
  const { id } = request;
  const removed = yield* rows("DELETE FROM principals WHERE id = $1 RETURNING id", id);
  if (removed.length === 0) return undefined;
  const calls = yield* removeCalls(id);
  yield* removeThreads(id);
  yield* removeGoing(id);
  for (const table of ["sessions", "tickets"]) yield* rows(`DELETE FROM ${table} WHERE principal = $1`, id);
  const tokens = yield* rows<{ id: TokenId }>("DELETE FROM tokens WHERE principal = $1 RETURNING id", id);
  yield* audit(request.audit);
  return { calls, tokens: tokens.map((token) => token.id) };
}

function* removeCalls(id: PrincipalId): Verb<CallId[]> {
  const theirs = "(SELECT id FROM calls WHERE principal = $1)";
  yield* rows(`DELETE FROM journal WHERE call IN ${theirs}`, id);
  const removed = yield* rows<{ id: CallId }>("DELETE FROM calls WHERE principal = $1 RETURNING id", id);
  yield* forgetHeldBytes(id);
  return removed.map((call) => call.id);
}
