import type { CallId, PrincipalId } from "../../../protocol/ids.ts";
import { hasEnded, type Phase } from "../../../protocol/phase.ts";
import type { Append, Appended, CallRow, ListedCall } from "../store.ts";
import {
  type CallRecord,
  callRow,
  type ListedRecord,
  listedCall,
  type StateRecord,
  selectCalls,
  selectListed,
  stateOf,
} from "./call-row.ts";
import { type Folded, fold } from "./fold.ts";
import { addHeldBytes } from "./held-bytes.ts";
import { dropDeltaRows, packed, writeJournal } from "./journal.ts";
import { first, rows, type Verb, where } from "./statement.ts";

const knownAtOnce = 100;
const knownPlaces = Array.from({ length: knownAtOnce }, (_, index) => `$${index + 1}`).join(", ");
const selectKnown = `SELECT id FROM calls WHERE id IN (${knownPlaces})`;

/** A list is one answer of the store, and of whoever asked for it. */
const maxListChars = 256 * 1024;
/** All of a row but its ending, roughly. */
const rowChars = 512;

type FoundState = StateRecord & { principal: PrincipalId; bytes: number; deltaBytes: number };

/** On the path of every event: one look by the call's key, one row of the journal, one update. */
export function* append(request: Append): Verb<Appended> {
  const found = yield* first<FoundState>(
    `SELECT principal, phase, seq, attempts, cancelling, fence, bytes, delta_bytes AS "deltaBytes" FROM calls WHERE id = $1`,
    request.call,
  );
  if (found === undefined) return { kind: "refused", state: undefined };
  const before = stateOf(found);
  if (request.fence < found.fence || hasEnded(before.phase)) return { kind: "refused", state: before };
  const folded = fold(before, request.entries);
  if (folded === undefined) return { kind: "refused", state: before };
  const bytes = request.entries.length > 0 ? yield* write(request, found, folded) : 0;
  return { kind: "ok", from: before.seq + 1, state: folded.state, bytes };
}

function* write(request: Append, found: FoundState, { state, endedAt }: Folded): Verb<number> {
  const { call, entries } = request;
  const from = found.seq + 1;
  const drop = request.dropDeltas === true && found.deltaBytes > 0;
  if (drop) yield* dropDeltaRows(call);
  const written = packed(from, entries);
  yield* writeJournal(call, written);
  const bytes = found.bytes + written.bytes - (drop ? found.deltaBytes : 0);
  const changed = [state.phase, state.seq, state.attempts, state.cancelling, bytes] as const;
  const deltaBytes = written.deltaBytes + (drop ? 0 : found.deltaBytes);
  if (endedAt === null) yield* rows(progressed, call, ...changed, deltaBytes);
  else {
    yield* rows(ended, call, ...changed, deltaBytes, endedAt, from, written.digest);
    yield* addHeldBytes(found.principal, bytes);
  }
  return bytes - found.bytes;
}

const progressed = `UPDATE calls SET phase = $2, seq = $3, attempts = $4, cancelling = $5, bytes = $6,
  delta_bytes = $7 WHERE id = $1`;

/** An ending raises the fence: the tool that still runs has lost the call. */
const ended = `UPDATE calls SET phase = $2, seq = $3, attempts = $4, cancelling = $5, bytes = $6,
  delta_bytes = $7, ended_at = $8, ending_first = $9, digest = $10, fence = fence + 1 WHERE id = $1`;

/** Who claims decides by the row that it changed: an ended call has none. */
export function* claim(request: { call: CallId }): Verb<CallRow | undefined> {
  const raised = yield* rows(
    "UPDATE calls SET fence = fence + 1 WHERE id = $1 AND ended_at IS NULL RETURNING id",
    request.call,
  );
  return raised.length === 0 ? undefined : yield* call(request);
}

export function* call(
  request: { call: CallId; principal?: PrincipalId } | { key: string; principal: PrincipalId },
): Verb<CallRow | undefined> {
  const which = "call" in request ? { "c.id = {}": request.call } : { "c.key = {}": request.key };
  const filter = where({ ...which, "c.principal = {}": request.principal });
  const record = yield* first<CallRecord>(`${selectCalls} ${filter.text}`, ...filter.values);
  return record && callRow(record);
}

/** A principal's own by `calls_by_principal`, everybody's by the key: ids sort by time, so no page sorts anything. */
export function* calls(request: {
  principal?: PrincipalId;
  limit: number;
  before?: CallId;
  phase?: Phase;
  tool?: string;
}): Verb<ListedCall[]> {
  const filter = where({
    "c.principal = {}": request.principal,
    "c.id < {}": request.before,
    "c.phase = {}": request.phase,
    "c.tool = {}": request.tool,
  });
  const limit = `LIMIT $${filter.values.length + 1}`;
  const text = `${selectListed} ${filter.text} ORDER BY c.id DESC ${limit}`;
  return fitting((yield* rows<ListedRecord>(text, ...filter.values, request.limit)).map(listedCall));
}

/** By `calls_open`, which holds calls without an ending alone: a start looks at these and not at a week of others. */
export function* unended(request: { limit: number; after?: CallId }): Verb<ListedCall[]> {
  const records = yield* rows<ListedRecord>(
    `${selectListed} WHERE c.ended_at IS NULL AND c.id > $1 ORDER BY c.id LIMIT $2`,
    request.after ?? "",
    request.limit,
  );
  return fitting(records.map(listedCall));
}

/** By the key, a hundred in one statement. */
export function* known(request: { calls: CallId[] }): Verb<CallId[]> {
  const found: { id: CallId }[] = [];
  for (let from = 0; from < request.calls.length; from += knownAtOnce)
    found.push(...(yield* rows<{ id: CallId }>(selectKnown, ...filled(request.calls.slice(from, from + knownAtOnce)))));
  return found.map(({ id }) => id);
}

/** Always as many as the statement has places, so that there is one statement. */
function filled(calls: readonly CallId[]): (CallId | null)[] {
  return Array.from({ length: knownAtOnce }, (_, index) => calls[index] ?? null);
}

/** As many as fit, and one at least. */
function fitting(calls: readonly ListedCall[]): ListedCall[] {
  let chars = 0;
  return calls.filter((call, index) => {
    chars += rowChars + (call.ending?.length ?? 0);
    return index === 0 || chars <= maxListChars;
  });
}
