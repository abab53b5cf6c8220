import type { CallId } from "../../../protocol/ids.ts";
import { type Accepted, firstFence, type NewCall } from "../store.ts";
import { type CallRecord, callRow, selectCalls } from "./call-row.ts";
import { type Folded, fold } from "./fold.ts";
import { addHeldBytes } from "./held-bytes.ts";
import { packed, writeJournal } from "./journal.ts";
import { first, rows, type Verb } from "./statement.ts";

/**
 * One look by `calls_by_key`, which is unique and so the referee of two starts under one key, one by `calls_by_share`,
 * newest first, and two writes: the call's row and the first row of its journal.
 */
export function* accept(call: NewCall): Verb<Accepted> {
  const folded = fold(undefined, call.entries);
  if (folded === undefined) throw new Error(`The entries of ${call.id} do not begin a call`);
  const earlier = yield* byKey(call);
  if (earlier !== undefined) return earlier;
  const sharedWith = yield* sharable(call);
  const bytes = yield* write(call, folded, sharedWith);
  return { kind: "new", sharedWith, bytes };
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

function* write(call: NewCall, { state, endedAt }: Folded, sharedWith: CallId | null): Verb<number> {
  const { id, principal, input, options, entries } = call;
  const written = packed(1, entries);
  const bytes = input.length + options.length + written.bytes;
  yield* writeJournal(id, written, call);
  yield* rows(
    `INSERT INTO calls (id, principal, token, session, tool, thread, parent, shared_with, key, covers, share_hash,
       resumable, phase, seq, attempts, cancelling, fence, accepted_at, ended_at, ending_first, bytes, delta_bytes, digest)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`,
    id,
    principal,
    call.token,
    call.session,
    call.tool,
    call.thread,
    call.parent,
    sharedWith,
    call.key?.value,
    call.key?.covers,
    call.share?.hash,
    call.resumable ? 1 : 0,
    state.phase,
    state.seq,
    state.attempts,
    state.cancelling,
    firstFence,
    entries[0]?.at,
    endedAt,
    endedAt === null ? null : 1,
    bytes,
    written.deltaBytes,
    endedAt === null ? null : written.digest,
  );
  if (endedAt !== null) yield* addHeldBytes(principal, bytes);
  return bytes;
}
