import type { CallId, PrincipalId, SessionId, TokenId } from "../../../protocol/ids.ts";
import { hasEnded, type Phase } from "../../../protocol/phase.ts";
import type { Append, Appended, CallRow } from "../store.ts";
import { type CallRecord, callRow, type StateRecord, selectCalls, stateOf } from "./call-row.ts";
import { addEndedBytes } from "./ended-bytes.ts";
import { type Folded, fold } from "./fold.ts";
import { dropDeltaRows, writeJournal } from "./journal.ts";
import { first, rows, type Verb, where } from "./statement.ts";

type FoundState = StateRecord & { bytes: number };

export function* append(request: Append): Verb<Appended> {
  const found = yield* first<FoundState>(
    "SELECT phase, seq, attempts, cancelling, fence, bytes FROM calls WHERE id = $1",
    request.call,
  );
  if (found === undefined) return { kind: "refused", state: undefined };
  const before = stateOf(found);
  if (request.fence < found.fence || hasEnded(before.phase)) return { kind: "refused", state: before };
  const folded = fold(before, request.entries);
  if (folded === undefined) return { kind: "refused", state: before };
  if (request.entries.length > 0) yield* write(request, found, folded);
  return { kind: "ok", from: before.seq + 1, state: folded.state };
}

function* write({ call, entries, dropDeltas }: Append, found: FoundState, { state, endedAt }: Folded): Verb<void> {
  const from = found.seq + 1;
  const dropped = dropDeltas === true ? yield* dropDeltaRows(call) : 0;
  const bytes = found.bytes - dropped + (yield* writeJournal(call, from, entries));
  // An ending raises the fence: the tool that still runs has lost the call.
  const fence = endedAt === null ? found.fence : found.fence + 1;
  yield* rows(
    `UPDATE calls SET phase = $2, seq = $3, attempts = $4, cancelling = $5, fence = $6, bytes = $7,
       ended_at = $8, ending_first = $9 WHERE id = $1`,
    call,
    state.phase,
    state.seq,
    state.attempts,
    state.cancelling,
    fence,
    bytes,
    endedAt,
    endedAt === null ? null : from,
  );
  if (endedAt !== null) yield* addEndedBytes(bytes);
}

export function* claim(request: { call: CallId }): Verb<CallRow | undefined> {
  const raised = yield* rows(
    "UPDATE calls SET fence = fence + 1 WHERE id = $1 AND ended_at IS NULL RETURNING id",
    request.call,
  );
  return raised.length === 0 ? undefined : yield* call(request);
}

export function* call(request: { call: CallId; principal?: PrincipalId }): Verb<CallRow | undefined> {
  const filter = where({ "c.id = {}": request.call, "c.principal = {}": request.principal });
  const record = yield* first<CallRecord>(`${selectCalls} ${filter.text}`, ...filter.values);
  return record && callRow(record);
}

export function* calls(request: {
  principal?: PrincipalId;
  limit: number;
  before?: CallId;
  phase?: Phase;
  tool?: string;
  session?: SessionId;
  token?: TokenId;
}): Verb<CallRow[]> {
  const filter = where({
    "c.principal = {}": request.principal,
    "c.id < {}": request.before,
    "c.phase = {}": request.phase,
    "c.tool = {}": request.tool,
    "c.session = {}": request.session,
    "c.token = {}": request.token,
  });
  const limit = `LIMIT $${filter.values.length + 1}`;
  const text = `${selectCalls} ${filter.text} ORDER BY c.id DESC ${limit}`;
  return (yield* rows<CallRecord>(text, ...filter.values, request.limit)).map(callRow);
}

export function* unended(request: { limit: number; after?: CallId }): Verb<CallRow[]> {
  const records = yield* rows<CallRecord>(
    `${selectCalls} WHERE c.ended_at IS NULL AND c.id > $1 ORDER BY c.id LIMIT $2`,
    request.after ?? "",
    request.limit,
  );
  return records.map(callRow);
}
