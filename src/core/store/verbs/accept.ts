import type { CallId } from "../../../protocol/ids.ts";
import type { Accepted, CallRow, NewCall } from "../store.ts";
import { type CallRecord, callRow, selectCalls } from "./call-row.ts";
import { addEndedBytes } from "./ended-bytes.ts";
import { type Folded, fold } from "./fold.ts";
import { writeJournal } from "./journal.ts";
import { first, rows, type Verb } from "./statement.ts";

const firstFence = 1;

export function* accept(call: NewCall): Verb<Accepted> {
  const folded = fold(undefined, call.entries);
  if (folded === undefined) throw new Error(`The entries of ${call.id} do not begin a call`);
  const earlier = yield* byKey(call);
  if (earlier !== undefined) return earlier;
  const row = newRow(call, folded, yield* sharable(call));
  yield* write(call, row);
  return { kind: "new", row };
}

/** What the key was used for before, if it was. */
function* byKey({ principal, key }: NewCall): Verb<Accepted | undefined> {
  if (key === undefined) return undefined;
  const used = yield* first<{ id: CallId; covers: string }>(
    "SELECT id, covers FROM calls WHERE principal = $1 AND key = $2",
    principal,
    key.value,
  );
  if (used === undefined) return undefined;
  if (used.covers !== key.covers) return { kind: "conflict", call: used.id };
  const record = yield* first<CallRecord>(`${selectCalls} WHERE c.id = $1`, used.id);
  return record && { kind: "same", row: callRow(record) };
}

/**
 * The newest equal call of the principal that runs for itself, or that succeeded lately enough. One that is
 * being cancelled is no longer joined: its ending belongs to who cancelled it.
 */
function* sharable({ principal, share }: NewCall): Verb<CallId | null> {
  if (share === undefined) return null;
  const found = yield* first<{ id: CallId }>(
    `SELECT id FROM calls WHERE principal = $1 AND share_hash = $2 AND (
       (ended_at IS NULL AND shared_with IS NULL AND phase <> 'cancelling')
       OR (phase = 'succeeded' AND ended_at >= $3))
     ORDER BY id DESC LIMIT 1`,
    principal,
    share.hash,
    share.freshAfter,
  );
  return found?.id ?? null;
}

function newRow(call: NewCall, { state, endedAt }: Folded, sharedWith: CallId | null): CallRow {
  const { id, principal, tool, input, options, resumable } = call;
  return {
    id,
    principal,
    token: call.token ?? null,
    session: call.session ?? null,
    tool,
    input,
    options,
    thread: call.thread ?? null,
    parent: call.parent ?? null,
    sharedWith,
    resumable,
    state,
    fence: firstFence,
    acceptedAt: call.entries[0]?.at ?? 0,
    endedAt,
    ending: endedAt === null ? null : (call.entries.at(-1)?.data ?? null),
  };
}

function* write(call: NewCall, row: CallRow): Verb<void> {
  const { state } = row;
  const written = yield* writeJournal(row.id, 1, call.entries);
  const bytes = row.input.length + row.options.length + written.bytes;
  yield* rows("INSERT INTO requests (call, input, options) VALUES ($1, $2, $3)", row.id, row.input, row.options);
  yield* rows(
    `INSERT INTO calls (id, principal, token, session, tool, thread, parent, shared_with, key, covers, share_hash,
       resumable, phase, seq, attempts, cancelling, fence, accepted_at, ended_at, ending_first, bytes, delta_bytes, digest)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`,
    row.id,
    row.principal,
    row.token,
    row.session,
    row.tool,
    row.thread,
    row.parent,
    row.sharedWith,
    call.key?.value,
    call.key?.covers,
    call.share?.hash,
    row.resumable ? 1 : 0,
    state.phase,
    state.seq,
    state.attempts,
    state.cancelling,
    row.fence,
    row.acceptedAt,
    row.endedAt,
    row.endedAt === null ? null : 1,
    bytes,
    written.deltaBytes,
    row.endedAt === null ? null : written.digest,
  );
  if (row.endedAt !== null) yield* addEndedBytes(row.principal, bytes);
}
