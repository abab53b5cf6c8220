import { bytesIn } from "../holding.ts";
import type { ThreadVerbs } from "../threads.ts";
import { asManyAsFit } from "./as-many-as-fit.ts";
import { addHeldBytes } from "./held-bytes.ts";
import { first, rows, type Verb } from "./statement.ts";
import { thread } from "./threads.ts";

type Request = Parameters<ThreadVerbs["copyThread"]>[0];
type Answer = Awaited<ReturnType<ThreadVerbs["copyThread"]>>;

/** Other verbs wait for the end of a step. */
const bytesAStep = 512 * 1024;
const turnsAStep = 500;

export function* copyThread(request: Request): Verb<Answer> {
  const { from, to, principal, at, turns } = request;
  const source = yield* thread({ thread: from, principal });
  const copy = yield* thread({ thread: to, principal });
  if (copy === undefined) {
    if (source === undefined) return "unknown";
    const made = yield* rows(
      `INSERT INTO threads (id, principal, name, title, created_at, updated_at, turns, bytes)
       VALUES ($1, $2, NULL, $3, $4, $4, 0, 0) ON CONFLICT DO NOTHING RETURNING id`,
      to,
      principal,
      source.title,
      at,
    );
    if (made.length === 0) return "unknown";
  }
  const last = copy?.turns ?? 0;
  const goesOn = source !== undefined && last < turns && (last === 0 || (yield* isCopied(request, last)));
  return goesOn ? yield* copyTurns(request, last) : { bytes: 0, isWhole: true };
}

/** A copy to which something else was added already takes nothing over any more. */
function* isCopied({ from, to }: Request, seq: number): Verb<boolean> {
  const both = yield* first(
    `SELECT a.seq FROM turns a JOIN turns b ON b.thread = $2 AND b.seq = a.seq AND b.call = a.call
     WHERE a.thread = $1 AND a.seq = $3`,
    from,
    to,
    seq,
  );
  return both !== undefined;
}

function* copyTurns({ from, to, principal, turns }: Request, after: number): Verb<Exclude<Answer, "unknown">> {
  const sizes = yield* rows<{ seq: number; bytes: number }>(
    `SELECT seq, bytes FROM turns WHERE thread = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT ${turnsAStep}`,
    from,
    after,
    turns,
  );
  const next = asManyAsFit(sizes, bytesAStep);
  const last = next.at(-1)?.seq ?? after;
  const bytes = bytesIn(next);
  yield* rows(
    `INSERT INTO turns (thread, seq, call, tool, role, at, bytes, text, more)
     SELECT $2, seq, call, tool, role, at, bytes, text, more FROM turns WHERE thread = $1 AND seq > $3 AND seq <= $4`,
    from,
    to,
    after,
    last,
  );
  yield* rows("UPDATE threads SET turns = $2, bytes = bytes + $3 WHERE id = $1", to, last, bytes);
  yield* addHeldBytes(principal, bytes);
  return { bytes, isWhole: next.length === sizes.length && sizes.length < turnsAStep };
}
