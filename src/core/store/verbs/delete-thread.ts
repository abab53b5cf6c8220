import type { CallId, PrincipalId, ThreadId } from "../../../protocol/ids.ts";
import { bytesIn } from "../holding.ts";
import type { ThreadVerbs } from "../threads.ts";
import { asManyAsFit } from "./as-many-as-fit.ts";
import { addHeldBytes } from "./held-bytes.ts";
import { removeCall } from "./remove-call.ts";
import { first, rows, type Verb } from "./statement.ts";
import { thread } from "./threads.ts";
import { underWay } from "./under-way.ts";

type Request = Parameters<ThreadVerbs["deleteThread"]>[0];
type Answer = Awaited<ReturnType<ThreadVerbs["deleteThread"]>>;
type Step = Exclude<Answer, string>;

/** Other verbs wait for the end of a step. */
const callsAStep = 200;
const turnsAStep = 500;
const bytesAStep = 4 * 1024 * 1024;

/**
 * The calls that were started on it or began it, with all below them; what was copied from another thread stays that
 * one's. `$1` is the thread, `$2` its owner. Each part has an index of its own, `calls_by_thread`, the key and
 * `calls_by_parent`: as one condition with an OR it would look through all of the owner's calls in every step.
 */
const itsCalls = `id IN (
  WITH RECURSIVE going (id) AS (
    SELECT id FROM calls WHERE thread = $1 AND principal = $2
    UNION SELECT id FROM calls WHERE id = $1 AND principal = $2
    UNION SELECT c.id FROM calls c JOIN going g ON c.parent = g.id
  ) SELECT id FROM going
)`;

export function* deleteThread(request: Request): Verb<Answer> {
  const { thread: id, principal } = request;
  const going = yield* first("SELECT id FROM threads_going WHERE id = $1 AND principal = $2", id, principal);
  if (going === undefined) {
    const row = yield* thread(request);
    if (row === undefined) return "unknown";
    const running = yield* first(`SELECT id FROM calls WHERE ${underWay} AND ${itsCalls} LIMIT 1`, id, principal);
    if (running !== undefined) return "busy";
    yield* rows("INSERT INTO threads_going (id, principal) VALUES ($1, $2)", id, principal);
    yield* rows("DELETE FROM threads WHERE id = $1", id);
    yield* addHeldBytes(principal, -row.bytes);
  }
  return yield* removeSome(request);
}

/** Goes on with a deletion that nobody goes on with; `undefined` where there is none. */
export function* goOnDeleting(): Verb<Step | undefined> {
  const going = yield* first<Request>("SELECT id AS thread, principal FROM threads_going ORDER BY id LIMIT 1");
  return going && (yield* removeSome(going));
}

/** Calls first, and those below others before these. */
function* removeSome(request: Request): Verb<Step> {
  const { thread: id, principal } = request;
  const found = yield* rows<{ id: CallId; bytes: number }>(
    `SELECT id, bytes FROM calls WHERE ended_at IS NOT NULL AND ${itsCalls} ORDER BY id DESC LIMIT ${callsAStep}`,
    id,
    principal,
  );
  const calls = asManyAsFit(found, bytesAStep);
  for (const call of calls) yield* removeCall({ ...call, principal });
  const isLast = calls.length === found.length && found.length < callsAStep;
  const isWhole = isLast && (yield* removeTurns(id, bytesAStep - bytesIn(calls)));
  if (isWhole) yield* rows("DELETE FROM threads_going WHERE id = $1", id);
  return { calls: calls.map((call) => call.id), isWhole };
}

/** As many as fit, from the end. Answers whether none is left. */
function* removeTurns(id: ThreadId, maxBytes: number): Verb<boolean> {
  const found = yield* rows<{ seq: number; bytes: number }>(
    `SELECT seq, bytes FROM turns WHERE thread = $1 ORDER BY seq DESC LIMIT ${turnsAStep}`,
    id,
  );
  const turns = asManyAsFit(found, maxBytes);
  yield* rows("DELETE FROM turns WHERE thread = $1 AND seq >= $2", id, turns.at(-1)?.seq ?? 0);
  return turns.length === found.length && found.length < turnsAStep;
}

/** All of a principal's that is on its way out. */
export function* removeGoing(principal: PrincipalId): Verb<void> {
  yield* rows("DELETE FROM turns WHERE thread IN (SELECT id FROM threads_going WHERE principal = $1)", principal);
  yield* rows("DELETE FROM threads_going WHERE principal = $1", principal);
}
