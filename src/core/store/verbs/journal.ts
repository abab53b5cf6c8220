import { isEnding } from "../../../protocol/endings.ts";
import type { CallId } from "../../../protocol/ids.ts";
import type { Entry, JournalRow } from "../store.ts";
import { asManyAsFit } from "./as-many-as-fit.ts";
import { digestOf, listedChars } from "./digest.ts";
import { pack, unpack } from "./entries.ts";
import { first, rows, type Verb } from "./statement.ts";

/** Rows looked at for one answer; a reader comes back for more. */
const maxRows = 512;

/** Entries as a row of the journal holds them. */
export interface Packed {
  from: number;
  to: number;
  text: string;
  bytes: number;
  /** What of it a later append may drop. */
  deltaBytes: number;
  /** Of the last entry, where its row is too large to be read for a list. */
  digest: string | null;
}

/** The row of these entries, the first of which is number `from`. */
export function packed(from: number, entries: readonly Entry[]): Packed {
  const text = pack(entries);
  const bytes = text.length;
  const deltaBytes = entries.every(({ type }) => type === "output.delta") ? bytes : 0;
  return { from, to: from + entries.length - 1, text, bytes, deltaBytes, digest: digestOfLast(text, entries) };
}

/** What was asked is written once, beside the first events. */
export function* writeJournal(
  call: CallId,
  { from, to, text, bytes, deltaBytes }: Packed,
  asked?: { input: string; options: string },
): Verb<void> {
  yield* rows(
    `INSERT INTO journal (call, first, last, deltas, bytes, entries, input, options)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    call,
    from,
    to,
    deltaBytes > 0 ? 1 : 0,
    bytes,
    text,
    asked?.input,
    asked?.options,
  );
}

function digestOfLast({ length }: string, entries: readonly Entry[]): string | null {
  const last = entries.at(-1);
  return last === undefined || length <= listedChars || !isEnding(last.type) ? null : digestOf(last.data);
}

/** Deletes the rows that hold deltas only. */
export function* dropDeltaRows(call: CallId): Verb<void> {
  yield* rows("DELETE FROM journal WHERE call = $1 AND deltas = 1", call);
}

/**
 * By the table's own key (call, first number): sizes first, so that of a long journal no more text is read than is
 * answered.
 */
export function* journal(request: { call: CallId; after: number; maxBytes: number }): Verb<{
  head: number;
  rows: JournalRow[];
}> {
  const { call, after, maxBytes } = request;
  const found = yield* first<{ seq: number }>("SELECT seq FROM calls WHERE id = $1", call);
  if (found === undefined) return { head: 0, rows: [] };
  const sizes = yield* rows<{ first: number; bytes: number }>(
    "SELECT first, bytes FROM journal WHERE call = $1 AND last > $2 ORDER BY first LIMIT $3",
    call,
    after,
    maxRows,
  );
  const upTo = asManyAsFit(sizes, maxBytes).at(-1)?.first;
  if (upTo === undefined) return { head: found.seq, rows: [] };
  const packed = yield* rows<{ first: number; entries: string }>(
    "SELECT first, entries FROM journal WHERE call = $1 AND last > $2 AND first <= $3 ORDER BY first",
    call,
    after,
    upTo,
  );
  return { head: found.seq, rows: packed.map((row) => ({ from: row.first, entries: unpack(row.entries) })) };
}
