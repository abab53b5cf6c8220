import type { CancelledBy } from "../../../base/abort.ts";
import type { Phase } from "../../../protocol/phase.ts";
import type { CallState } from "../../fold/call-state.ts";
import type { CallRow, ListedCall } from "../store.ts";
import { listedChars, unknownDigest } from "./digest.ts";
import { lastData } from "./entries.ts";

/** The columns of a call that change. */
export interface StateRecord {
  phase: Phase;
  seq: number;
  attempts: number;
  cancelling: CancelledBy | null;
  fence: number;
}

type Stored<Row> = StateRecord &
  Omit<Row, "state" | "ending" | "resumable"> & {
    resumable: number;
    /** The journal row that ends with the terminal event. */
    lastRow: string | null;
  };

export type CallRecord = Stored<CallRow>;

export type ListedRecord = Stored<ListedCall> & { digest: string | null };

const columns = `c.id, c.principal, c.token, c.session, c.tool, c.thread, c.parent, c.shared_with AS "sharedWith",
  c.resumable, c.phase, c.seq, c.attempts, c.cancelling, c.fence, c.accepted_at AS "acceptedAt",
  c.ended_at AS "endedAt"`;

/** Every read of whole calls begins with this; what was asked lies beside its first events, what came of it is the last. */
export const selectCalls = `
  SELECT ${columns}, r.input, r.options, j.entries AS "lastRow"
  FROM calls c
  JOIN journal r ON r.call = c.id AND r.first = 1
  LEFT JOIN journal j ON j.call = c.id AND j.first = c.ending_first`;

/** Every list begins with this; a row of the journal that is too large for a list is never read. */
export const selectListed = `
  SELECT ${columns}, c.digest, CASE WHEN j.bytes <= ${listedChars} THEN j.entries END AS "lastRow"
  FROM calls c
  LEFT JOIN journal j ON j.call = c.id AND j.first = c.ending_first`;

export function stateOf({ phase, seq, attempts, cancelling }: StateRecord): CallState {
  return cancelling === null ? { phase, seq, attempts } : { phase, seq, attempts, cancelling };
}

export function callRow(record: CallRecord): CallRow {
  const { phase, seq, attempts, cancelling, lastRow, resumable, ...rest } = record;
  return {
    ...rest,
    resumable: resumable === 1,
    state: stateOf(record),
    ending: lastRow === null ? null : lastData(lastRow),
  };
}

export function listedCall(record: ListedRecord): ListedCall {
  const { phase, seq, attempts, cancelling, lastRow, resumable, digest, ...rest } = record;
  const whole = lastRow === null ? null : lastData(lastRow);
  const ending = record.endedAt === null ? null : (whole ?? digest ?? unknownDigest);
  return { ...rest, resumable: resumable === 1, state: stateOf(record), ending };
}
