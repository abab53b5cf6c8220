import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { unpack } from "../../src/core/store/verbs/entries.ts";
import type { JournaledCall } from "./chaos/history.ts";

/** Every call in the store of a data folder whose daemon is gone, read by plain SQL. */
export function keptCalls(home: string): JournaledCall[] {
  using database = new DatabaseSync(join(home, "store/exai.db"), { readOnly: true });
  const calls = database.prepare("SELECT id AS call, key, phase, seq FROM calls ORDER BY id").all();
  const rows = database.prepare("SELECT first, entries FROM journal WHERE call = ? ORDER BY first");
  return calls.map(({ call, key, phase, seq }) => ({
    call: String(call),
    key: key === null ? null : String(key),
    phase: String(phase),
    seq: Number(seq),
    events: rows
      .all(String(call))
      .flatMap(({ first, entries }) =>
        unpack(String(entries)).map(({ type }, place) => ({ seq: Number(first) + place, type })),
      ),
  }));
}

/** Sessions in the store, of clients that heard of them and of those that did not. */
export function keptSessions(home: string): string[] {
  using database = new DatabaseSync(join(home, "store/exai.db"), { readOnly: true });
  return database
    .prepare("SELECT id FROM sessions")
    .all()
    .map(({ id }) => String(id));
}
