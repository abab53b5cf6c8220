import type { CallId, PrincipalId, ThreadId } from "../../../protocol/ids.ts";
import { addUp, bytesIn, type Holding } from "../holding.ts";
import type { Sweep } from "../store.ts";
import { holdings } from "./held-bytes.ts";
import { rows, type Verb } from "./statement.ts";
import { underWay } from "./under-way.ts";

interface Kept {
  principal: PrincipalId;
  bytes: number;
}

/** A call that may go. */
export interface EndedCall extends Kept {
  id: CallId;
  /** Milliseconds since 1970. */
  endedAt: number;
}

interface KeptThread extends Kept {
  id: ThreadId;
  updatedAt: number;
}

/** What is to go, in the order in which it goes. */
export interface Going {
  calls: EndedCall[];
  threads: KeptThread[];
}

/** A sweep is a step: it holds up the verbs behind it, so it stays short. */
const itemsAStep = 200;
const bytesAStep = 8 * 1024 * 1024;
const pageSize = 50;

/** A principal, and up to where what it holds was looked at. */
interface Holder extends Holding {
  call: CallId | undefined;
  thread: Pick<KeptThread, "id" | "updatedAt">;
}

/**
 * What must go so that all principals together hold `maxBytes`, or a step of it: again and again the oldest of whoever
 * holds most, and nothing of those who hold no more than an equal share. The oldest is what ended first of its calls;
 * where no call is left that may go, of its conversations on which no call is under way the one not used for longest.
 */
export function* excess({ maxBytes, elsewhere, keep }: Pick<Sweep, "maxBytes" | "elsewhere" | "keep">): Verb<Going> {
  const kept = new Set(keep);
  const going: Going = { calls: [], threads: [] };
  const all = addUp([...(yield* holdings()), ...elsewhere]);
  const share = maxBytes / all.length;
  let holders: Holder[] = all.map((holding) => ({ ...holding, call: "" as CallId, thread: beforeAll }));
  let items = itemsAStep;
  for (let left = bytesIn(all) - maxBytes, step = bytesAStep; left > 0 && step > 0 && items > 0; ) {
    const [most, next] = holders;
    if (most === undefined || most.bytes <= share) break;
    const toNext = most.bytes - (next?.bytes ?? 0) + 1;
    const taken = yield* takeFrom(most, { bytes: Math.min(left, step, toNext), items }, kept);
    going.calls.push(...taken.calls);
    going.threads.push(...taken.threads);
    const bytes = bytesIn([...taken.calls, ...taken.threads]);
    left -= bytes;
    step -= bytes;
    items -= taken.calls.length + taken.threads.length;
    most.bytes -= bytes;
    holders = holders.filter((holder) => !(taken.isSpent && holder === most)).toSorted((a, b) => b.bytes - a.bytes);
  }
  return going;
}

const beforeAll = { id: "" as ThreadId, updatedAt: -1 };

/** As much of a holder's next page as must go. */
function* takeFrom(
  holder: Holder,
  cut: { bytes: number; items: number },
  kept: ReadonlySet<CallId>,
): Verb<Going & { isSpent: boolean }> {
  if (holder.call !== undefined) {
    const page = yield* oldestCalls(holder.principal, holder.call);
    const { taken, last } = upTo(page, cut, ({ id }) => !kept.has(id));
    holder.call = last?.id;
    return { calls: taken, threads: [], isSpent: false };
  }
  const page = yield* oldestThreads(holder);
  const { taken, last } = upTo(page, cut, () => true);
  holder.thread = last ?? holder.thread;
  return { calls: [], threads: taken, isSpent: last === undefined };
}

/** As many as must go of those that may; `last` was looked at last, `undefined` where there is none. */
function upTo<T extends Kept>(page: readonly T[], cut: { bytes: number; items: number }, mayGo: (item: T) => boolean) {
  const taken: T[] = [];
  let bytes = 0;
  let last: T | undefined;
  for (const item of page) {
    if (bytes >= cut.bytes || taken.length === cut.items) break;
    last = item;
    if (!mayGo(item)) continue;
    taken.push(item);
    bytes += item.bytes;
  }
  return { taken, last };
}

function* oldestCalls(principal: PrincipalId, after: CallId): Verb<EndedCall[]> {
  return yield* rows<EndedCall>(
    `SELECT id, principal, ended_at AS "endedAt", bytes FROM calls
     WHERE principal = $1 AND NOT ${underWay} AND id > $2 ORDER BY id LIMIT $3`,
    principal,
    after,
    pageSize,
  );
}

/** A call is under way on the thread that it continues, and on the one that is called like it. */
function* oldestThreads({ principal, thread }: Holder): Verb<KeptThread[]> {
  return yield* rows<KeptThread>(
    `SELECT id, principal, updated_at AS "updatedAt", bytes FROM threads AS t
     WHERE principal = $1 AND (updated_at, id) > ($2, $3)
       AND NOT EXISTS (SELECT 1 FROM calls WHERE thread = t.id AND principal = $1 AND ended_at IS NULL)
       AND NOT EXISTS (SELECT 1 FROM calls WHERE id = t.id AND principal = $1 AND ended_at IS NULL)
     ORDER BY updated_at, id LIMIT $4`,
    principal,
    thread.updatedAt,
    thread.id,
    pageSize,
  );
}
