import { bytesIn } from "../holding.ts";
import type { SearchPlace, ThreadRow, ThreadsFound, ThreadVerbs } from "../threads.ts";
import { asManyAsFit } from "./as-many-as-fit.ts";
import { first, rows, type Verb } from "./statement.ts";
import { thread, threadColumns } from "./threads.ts";

type Request = Parameters<ThreadVerbs["searchThreads"]>[0];
type Sized = Pick<SearchPlace, "updatedAt" | "id"> & { bytes: number };

/** Of one look: other verbs wait for its end. */
const threadsALook = 100;
const turnsALook = 500;
const bytesALook = 1024 * 1024;

/** Texts have no index: a step looks through as many as it may, in the order of `threads_by_principal`, and says where it is. */
export function* searchThreads(request: Request): Verb<ThreadsFound> {
  const { behind } = request;
  if (behind?.turn !== undefined) return yield* searchOne(request, behind, behind.turn);
  const next = yield* nextToSearch(request);
  const [newest] = next;
  if (newest === undefined) return { threads: [], looked: 0, bytes: 0, next: null };
  if (newest.bytes > bytesALook) return yield* searchOne(request, newest, 0);
  return yield* searchMany(request, next);
}

/** Of the next ones as many as are looked through at once. */
function* searchMany(request: Request, next: readonly Sized[]): Verb<ThreadsFound> {
  const { principal, limit, text } = request;
  const page = asManyAsFit(next.slice(0, threadsALook), bytesALook);
  const [newest, oldest] = [page[0], page.at(-1)];
  if (newest === undefined || oldest === undefined) throw new Error("Expected threads to look through");
  const threads = yield* rows<ThreadRow>(
    `SELECT ${threadColumns} FROM threads AS t WHERE principal = $1
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
    inName(text),
    inTurn(text),
  );
  const last = threads.length < limit ? oldest : (threads.at(-1) ?? oldest);
  const looked = page.findIndex(({ id }) => id === last.id) + 1;
  const isAll = looked === next.length;
  const place = { updatedAt: last.updatedAt, id: last.id };
  return { threads, looked, bytes: bytesIn(page.slice(0, looked)), next: isAll ? null : place };
}

/** A part of a large one: its turns behind one. */
function* searchOne(request: Request, { updatedAt, id }: SearchPlace, after: number): Verb<ThreadsFound> {
  const { principal, text } = request;
  const row = yield* thread({ thread: id, principal });
  const sizes = yield* rows<{ seq: number; bytes: number }>(
    `SELECT seq, bytes FROM turns WHERE thread = $1 AND seq > $2 ORDER BY seq LIMIT ${turnsALook}`,
    row?.id,
    after,
  );
  const part = asManyAsFit(sizes, bytesALook);
  const turn = part.at(-1)?.seq ?? after;
  const found =
    (after === 0
      ? yield* first("SELECT id FROM threads WHERE id = $1 AND LOWER(name) LIKE $2 ESCAPE '!'", row?.id, inName(text))
      : undefined) ??
    (yield* first(
      "SELECT seq FROM turns WHERE thread = $1 AND seq > $2 AND seq <= $3 AND LOWER(text) LIKE $4 ESCAPE '!' LIMIT 1",
      row?.id,
      after,
      turn,
      inTurn(text),
    ));
  const threads = found === undefined || row === undefined ? [] : [row];
  const goesOn = threads.length === 0 && (part.length < sizes.length || sizes.length === turnsALook);
  const bytes = bytesIn(part);
  if (goesOn) return { threads, looked: 0, bytes, next: { updatedAt, id, turn } };
  const behind = { updatedAt, id };
  const isAll = (yield* nextToSearch({ principal, behind })).length === 0;
  return { threads, looked: 1, bytes, next: isAll ? null : behind };
}

/** The next ones in the order of their last use: one more than are looked through at once, where there are so many. */
function* nextToSearch({ principal, behind }: Pick<Request, "principal" | "behind">): Verb<Sized[]> {
  const selected = `SELECT id, updated_at AS "updatedAt", bytes FROM threads WHERE principal = $1`;
  const order = `ORDER BY updated_at DESC, id DESC LIMIT ${threadsALook + 1}`;
  if (behind === undefined) return yield* rows<Sized>(`${selected} ${order}`, principal);
  const place = "AND (updated_at, id) < ($2, $3)";
  return yield* rows<Sized>(`${selected} ${place} ${order}`, principal, behind.updatedAt, behind.id);
}

function inName(text: string): string {
  return holding(text.replaceAll("\0", "\u{fffd}"));
}

/** Turns are kept as JSON. */
function inTurn(text: string): string {
  return holding(JSON.stringify(text).slice(1, -1));
}

/** A pattern for whatever holds the text; only A to Z are alike in both cases, as in both engines. */
function holding(text: string): string {
  const lower = text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  return `%${lower.replaceAll(/[!%_]/g, (special) => `!${special}`)}%`;
}
