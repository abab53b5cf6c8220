import type { PrincipalId, SessionId, TokenId } from "../../../protocol/ids.ts";
import type { NewSession, SessionRow } from "../sessions.ts";
import { first, rows, type Verb, where } from "./statement.ts";

/** Counts by `sessions_by_principal` before it writes, in the same commit: two that open at once cannot both be the last. */
export function* putSession(request: NewSession): Verb<"new" | "full"> {
  if (!(yield* makeRoom(request))) return "full";
  const { session } = request;
  yield* rows(
    `INSERT INTO sessions (id, principal, token, secret_hash, previous_hash, client, seen_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    session.id,
    session.principal,
    session.token,
    session.secretHash,
    session.previousHash,
    session.client,
    session.seenAt,
    session.expiresAt,
  );
  return "new";
}

/** Ends as many idle ones as must go, or none where that would not be enough. */
function* makeRoom({ session: { principal }, max, now, idleBefore }: NewSession): Verb<boolean> {
  const live = "FROM sessions WHERE principal = $1 AND expires_at > $2";
  const counted = yield* first<{ known: number }>(`SELECT COUNT(*) AS known ${live}`, principal, now);
  const excess = (counted?.known ?? 0) + 1 - max;
  if (excess <= 0) return true;
  const idle = yield* rows<{ id: SessionId }>(
    `SELECT id ${live} AND seen_at < $3 ORDER BY seen_at, id LIMIT $4`,
    principal,
    now,
    idleBefore,
    excess,
  );
  if (idle.length < excess) return false;
  for (const { id } of idle) yield* endSessions({ session: id });
  return true;
}

export function* session(request: { session: SessionId }): Verb<SessionRow | undefined> {
  return yield* first<SessionRow>(
    `SELECT id, principal, token, secret_hash AS "secretHash", previous_hash AS "previousHash", client,
       seen_at AS "seenAt", expires_at AS "expiresAt" FROM sessions WHERE id = $1`,
    request.session,
  );
}

/** The secret that was shown stays good as the previous one; a newer one that nobody confirmed is forgotten. */
export function* turnSession(request: {
  session: SessionId;
  expectHash: string;
  newHash: string;
  seenAt: number;
  expiresAt: number;
}): Verb<boolean> {
  const turned = yield* rows(
    `UPDATE sessions SET secret_hash = $3, previous_hash = $2, seen_at = $4, expires_at = $5
     WHERE id = $1 AND (secret_hash = $2 OR previous_hash = $2) AND expires_at > $4 RETURNING id`,
    request.session,
    request.expectHash,
    request.newHash,
    request.seenAt,
    request.expiresAt,
  );
  return turned.length > 0;
}

export function* confirmSession(request: { session: SessionId; seenAt: number; expiresAt: number }): Verb<void> {
  yield* rows(
    "UPDATE sessions SET previous_hash = NULL, seen_at = $2, expires_at = $3 WHERE id = $1",
    request.session,
    request.seenAt,
    request.expiresAt,
  );
}

/** By the key or by `sessions_by_token`; all that were ended are answered, so that their connections can be. */
export function* endSessions(request: { session?: SessionId; token?: TokenId }): Verb<SessionId[]> {
  const filter = where({ "id = {}": request.session, "token = {}": request.token });
  if (filter.values.length === 0) return [];
  const ended = yield* rows<{ id: SessionId }>(`DELETE FROM sessions ${filter.text} RETURNING id`, ...filter.values);
  return ended.map((row) => row.id);
}

export function* countSessions({ now }: { now: number }): Verb<number> {
  const counted = yield* first<{ known: number }>("SELECT COUNT(*) AS known FROM sessions WHERE expires_at > $1", now);
  return counted?.known ?? 0;
}

export function* putTicket(request: {
  hash: string;
  token: TokenId;
  principal: PrincipalId;
  expiresAt: number;
}): Verb<void> {
  yield* rows(
    "INSERT INTO tickets (hash, token, principal, expires_at) VALUES ($1, $2, $3, $4)",
    request.hash,
    request.token,
    request.principal,
    request.expiresAt,
  );
}

/** The row that goes is the ticket: who comes second deletes none. */
export function* takeTicket(request: {
  hash: string;
  now: number;
}): Verb<{ token: TokenId; principal: PrincipalId } | undefined> {
  return yield* first<{ token: TokenId; principal: PrincipalId }>(
    "DELETE FROM tickets WHERE hash = $1 AND expires_at > $2 RETURNING token, principal",
    request.hash,
    request.now,
  );
}
