import type { CallId, PrincipalId, ThreadId } from "../../../protocol/ids.ts";
import type {
  RecordTurns,
  SearchPlace,
  ThreadPage,
  ThreadRow,
  ThreadsFound,
  ThreadVerbs,
  TurnRow,
} from "../threads.ts";
import { removeCall } from "./remove-call.ts";
import { first, rows, type SqlValue, type Verb } from "./statement.ts";

type Asked<Name extends keyof ThreadVerbs> = Parameters<ThreadVerbs[Name]>[0];
type Owned = Asked<"thread">;

const columns = `id, principal, name, title, created_at AS "createdAt", updated_at AS "updatedAt", turns, bytes`;
/** Of one look: other verbs wait for its end. */
const searchedThreads = 100;
const searchedBytes = 4 * 1024 * 1024;

/** What is kept of a turn besides its texts. */
const turnBytes = 128;

export function* recordTurns(request: RecordTurns): Verb<"recorded" | "same" | "unknown"> {
  const { thread: id, principal, call, at, title } = request;
  let turns = 0;
  const found = yield* first<{ principal: PrincipalId; turns: number }>(
    "SELECT principal, turns FROM threads WHERE id = $1",
    id,
  );
  if (found === undefined) {
    if (title === undefined) return "unknown";
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
  yield* insertTurns(request, turns);
  return "recorded";
}

function* insertTurns({ thread: id, call, tool, at, turns }: RecordTurns, last: number): Verb<void> {
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
}

export function* copyThread({ from, to, principal, at }: Asked<"copyThread">): Verb<"copied" | "unknown"> {
  const made = yield* rows(
    `INSERT INTO threads (id, principal, name, title, created_at, updated_at, turns, bytes)
     SELECT $2, principal, NULL, title, $4, $4, turns, bytes FROM threads WHERE id = $1 AND principal = $3
     ON CONFLICT DO NOTHING RETURNING id`,
    from,
    to,
    principal,
    at,
  );
  if (made.length === 0) return (yield* thread({ thread: to, principal })) === undefined ? "unknown" : "copied";
  yield* rows(
    `INSERT INTO turns (thread, seq, call, tool, role, at, bytes, text, more)
     SELECT $2, seq, call, tool, role, at, bytes, text, more FROM turns WHERE thread = $1`,
    from,
    to,
  );
  return "copied";
}

export function* thread({ thread: id, principal }: Owned): Verb<ThreadRow | undefined> {
  return yield* first<ThreadRow>(`SELECT ${columns} FROM threads WHERE id = $1 AND principal = $2`, id, principal);
}

export function* threads({ principal, limit, before }: ThreadPage): Verb<ThreadRow[]> {
  const order = "ORDER BY updated_at DESC, id DESC LIMIT $2";
  if (before === undefined)
    return yield* rows<ThreadRow>(`SELECT ${columns} FROM threads WHERE principal = $1 ${order}`, principal, limit);
  return yield* rows<ThreadRow>(
    `SELECT ${columns} FROM threads WHERE principal = $1
     AND (updated_at, id) < (SELECT updated_at, id FROM threads WHERE id = $3 AND principal = $1) ${order}`,
    principal,
    limit,
    before,
  );
}

export function* searchThreads(request: Asked<"searchThreads">): Verb<ThreadsFound> {
  const { principal, limit, text } = request;
  const { page, isEnd } = yield* nextToSearch(request);
  const [newest, oldest] = [page[0], page.at(-1)];
  if (newest === undefined || oldest === undefined) return { threads: [], looked: 0, next: null };
  const threads = yield* rows<ThreadRow>(
    `SELECT ${columns} FROM threads AS t WHERE principal = $1
     AND (updated_at, id) <= ($3, $4) AND (updated_at, id) >= ($5, $6)
     AND (LOWER(name) LIKE $7 ESCAPE '!'
       OR EXISTS (SELECT 1 FROM turns WHERE turns.thread = t.id AND LOWER(turns.text) LIKE $8 ESCAPE '!'))
     ORDER BY updated_at DESC, id DESC LIMIT $2`,
    principal,
    limit,
    newest.updatedAt,
    newest.id,
    oldest.updatedAt,
    oldest.id,
    holding(text.replaceAll("\0", "\u{fffd}")),
    holding(JSON.stringify(text).slice(1, -1)),
  );
  const last = threads.length < limit ? oldest : (threads.at(-1) ?? oldest);
  const looked = page.findIndex(({ id }) => id === last.id) + 1;
  const isAll = isEnd && looked === page.length;
  return { threads, looked, next: isAll ? null : { updatedAt: last.updatedAt, id: last.id } };
}

/** The next ones in the order of their last use, as many as are looked through at once. */
function* nextToSearch({
  principal,
  behind,
}: Asked<"searchThreads">): Verb<{ page: (SearchPlace & { bytes: number })[]; isEnd: boolean }> {
  const columnsOfPage = `id, updated_at AS "updatedAt", bytes`;
  const order = `ORDER BY updated_at DESC, id DESC LIMIT ${searchedThreads + 1}`;
  const next =
    behind === undefined
      ? yield* rows<SearchPlace & { bytes: number }>(
          `SELECT ${columnsOfPage} FROM threads WHERE principal = $1 ${order}`,
          principal,
        )
      : yield* rows<SearchPlace & { bytes: number }>(
          `SELECT ${columnsOfPage} FROM threads WHERE principal = $1 AND (updated_at, id) < ($2, $3) ${order}`,
          principal,
          behind.updatedAt,
          behind.id,
        );
  let bytes = 0;
  const page = next.slice(0, searchedThreads).filter((thread, index) => {
    bytes += thread.bytes;
    return index === 0 || bytes <= searchedBytes;
  });
  return { page, isEnd: page.length === next.length };
}

/** A pattern for whatever holds the text; only A to Z are alike in both cases, as in both engines. */
function holding(text: string): string {
  const lower = text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  return `%${lower.replaceAll(/[!%_]/g, (special) => `!${special}`)}%`;
}

const maxTurns = 500;

export function* turns({ thread: id, principal, from, maxBytes }: Asked<"turns">): Verb<TurnRow[]> {
  if ((yield* thread({ thread: id, principal })) === undefined) return [];
  const [side, place, order] = "after" in from ? [">", from.after, "ASC"] : ["<", from.before, "DESC"];
  const sizes = yield* rows<{ seq: number; bytes: number }>(
    `SELECT seq, bytes FROM turns WHERE thread = $1 AND seq ${side} $2 ORDER BY seq ${order} LIMIT ${maxTurns}`,
    id,
    place as SqlValue,
  );
  let bytes = 0;
  const fitting = sizes.filter((turn, index) => {
    bytes += turn.bytes;
    return index === 0 || bytes <= maxBytes;
  });
  const last = fitting.at(-1)?.seq;
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
    `UPDATE threads SET name = $3 WHERE id = $1 AND principal = $2 RETURNING ${columns}`,
    id,
    principal,
    name,
  );
}

export function* deleteThread(request: Asked<"deleteThread">): Verb<CallId[] | "busy" | "unknown"> {
  const { thread: id, principal } = request;
  if ((yield* thread(request)) === undefined) return "unknown";
  const calls = yield* callsOf(id, principal);
  if (calls.some(({ endedAt }) => endedAt === null)) return "busy";
  for (const { id: call, bytes } of calls) yield* removeCall({ id: call, principal, bytes });
  yield* rows("DELETE FROM turns WHERE thread = $1", id);
  yield* rows("DELETE FROM threads WHERE id = $1", id);
  return calls.map(({ id: call }) => call);
}

/** Those that were started on it or began it, with all below them; what was copied from another thread stays that one's. */
function* callsOf(id: ThreadId, principal: PrincipalId): Verb<{ id: CallId; endedAt: number | null; bytes: number }[]> {
  return yield* rows(
    `SELECT id, ended_at AS "endedAt", bytes FROM calls WHERE id IN (
       WITH RECURSIVE going (id) AS (
         SELECT id FROM calls WHERE principal = $2 AND (thread = $1 OR id = $1)
         UNION SELECT c.id FROM calls c JOIN going g ON c.parent = g.id
       ) SELECT id FROM going
     ) ORDER BY id`,
    id,
    principal,
  );
}

/** All of a principal's. */
export function* removeThreads(principal: PrincipalId): Verb<void> {
  yield* rows("DELETE FROM turns WHERE thread IN (SELECT id FROM threads WHERE principal = $1)", principal);
  yield* rows("DELETE FROM threads WHERE principal = $1", principal);
}

/** What all of them take. */
export function* threadBytes(): Verb<number> {
  const all = yield* first<{ bytes: number | null }>("SELECT SUM(bytes) AS bytes FROM threads");
  return all?.bytes ?? 0;
}
