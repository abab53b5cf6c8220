import type { PrincipalId } from "../../../protocol/ids.ts";
import type { RecordTurns, ThreadPage, ThreadRow, ThreadVerbs, TurnRow } from "../threads.ts";
import { asManyAsFit } from "./as-many-as-fit.ts";
import { addHeldBytes } from "./held-bytes.ts";
import { first, rows, type SqlValue, type Verb } from "./statement.ts";

type Asked<Name extends keyof ThreadVerbs> = Parameters<ThreadVerbs[Name]>[0];
type Owned = Asked<"thread">;

/** Of a whole row. */
export const threadColumns = `id, principal, name, title, created_at AS "createdAt", updated_at AS "updatedAt", turns, bytes`;

/** What is kept of a turn besides its texts. */
const turnBytes = 128;

/** What a call added already is found by `turns_by_call`: a call that goes on after a crash adds nothing twice. */
export function* recordTurns(request: RecordTurns): Verb<{ bytes: number } | "same" | "unknown"> {
  const { thread: id, principal, call, at, title } = request;
  let turns = 0;
  const found = yield* first<{ principal: PrincipalId; turns: number }>(
    "SELECT principal, turns FROM threads WHERE id = $1",
    id,
  );
  if (found === undefined) {
    if (title === undefined) return "unknown";
    // Its last turns have not gone yet.
    if ((yield* first("SELECT id FROM threads_going WHERE id = $1", id)) !== undefined) return "unknown";
    yield* rows(
      `INSERT INTO threads (id, principal, title, created_at, updated_at, turns, bytes) VALUES ($1, $2, $3, $4, $4, 0, 0)`,
      id,
      principal,
      title,
      at,
    );
  } else {
    if (found.principal !== principal) return "unknown";
    const same = yield* first("SELECT seq FROM turns WHERE thread = $1 AND call = $2", id, call);
    if (same !== undefined) return "same";
    turns = found.turns;
  }
  const bytes = yield* insertTurns(request, turns);
  yield* addHeldBytes(principal, bytes);
  return { bytes };
}

function* insertTurns({ thread: id, call, tool, at, turns }: RecordTurns, last: number): Verb<number> {
  let bytes = 0;
  for (const [index, { role, text, more }] of turns.entries()) {
    const quoted = JSON.stringify(text);
    const size = quoted.length + more.length + turnBytes;
    bytes += size;
    yield* rows(
      `INSERT INTO turns (thread, seq, call, tool, role, at, bytes, text, more)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      id,
      last + index + 1,
      call,
      tool,
      role,
      at,
      size,
      quoted,
      more,
    );
  }
  yield* rows(
    "UPDATE threads SET turns = turns + $2, bytes = bytes + $3, updated_at = $4 WHERE id = $1",
    id,
    turns.length,
    bytes,
    at,
  );
  return bytes;
}

export function* thread({ thread: id, principal }: Owned): Verb<ThreadRow | undefined> {
  return yield* first<ThreadRow>(
    `SELECT ${threadColumns} FROM threads WHERE id = $1 AND principal = $2`,
    id,
    principal,
  );
}

/** By `threads_by_principal`, which is in the order of their last use. */
export function* threads({ principal, limit, before }: ThreadPage): Verb<ThreadRow[]> {
  const order = "ORDER BY updated_at DESC, id DESC LIMIT $2";
  if (before === undefined)
    return yield* rows<ThreadRow>(
      `SELECT ${threadColumns} FROM threads WHERE principal = $1 ${order}`,
      principal,
      limit,
    );
  return yield* rows<ThreadRow>(
    `SELECT ${threadColumns} FROM threads WHERE principal = $1
     AND (updated_at, id) < (SELECT updated_at, id FROM threads WHERE id = $3 AND principal = $1) ${order}`,
    principal,
    limit,
    before,
  );
}

const maxTurns = 500;

/** By the table's own key (thread, number): sizes first, so that no more text is read than is answered. */
export function* turns({ thread: id, principal, from, maxBytes }: Asked<"turns">): Verb<TurnRow[]> {
  if ((yield* thread({ thread: id, principal })) === undefined) return [];
  const [side, place, order] = "after" in from ? [">", from.after, "ASC"] : ["<", from.before, "DESC"];
  const sizes = yield* rows<{ seq: number; bytes: number }>(
    `SELECT seq, bytes FROM turns WHERE thread = $1 AND seq ${side} $2 ORDER BY seq ${order} LIMIT ${maxTurns}`,
    id,
    place as SqlValue,
  );
  const last = asManyAsFit(sizes, maxBytes).at(-1)?.seq;
  if (last === undefined) return [];
  const [low, high] = "after" in from ? [from.after + 1, last] : [last, from.before - 1];
  const found = yield* rows<TurnRow>(
    `SELECT seq, at, call, tool, role, text, more FROM turns
     WHERE thread = $1 AND seq BETWEEN $2 AND $3 ORDER BY seq ${order}`,
    id,
    low,
    high,
  );
  return found.map((turn) => ({ ...turn, text: JSON.parse(turn.text) as string }));
}

export function* nameThread({ thread: id, principal, name }: Asked<"nameThread">): Verb<ThreadRow | undefined> {
  return yield* first<ThreadRow>(
    `UPDATE threads SET name = $3 WHERE id = $1 AND principal = $2 RETURNING ${threadColumns}`,
    id,
    principal,
    name,
  );
}

/** All of a principal's; what is counted of them is forgotten with it. */
export function* removeThreads(principal: PrincipalId): Verb<void> {
  yield* rows("DELETE FROM turns WHERE thread IN (SELECT id FROM threads WHERE principal = $1)", principal);
  yield* rows("DELETE FROM threads WHERE principal = $1", principal);
}
