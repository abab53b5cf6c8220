import { randomUUID } from "node:crypto";
import type { Database } from "./database.ts";
import { readMeta, writeMeta } from "./migrate.ts";

/** A backup carries this mark; opened as a store it begins a history of its own. */
export const restoredMark = "restored";

/** The name of this store's history: drawn at its first open, and again when a backup is opened. */
export function openEpoch(database: Database): string {
  const known = readMeta(database, "epoch");
  if (known !== undefined && readMeta(database, restoredMark) !== "1") return known;
  const epoch = randomUUID();
  database.transaction(() => {
    writeMeta(database, "epoch", epoch);
    writeMeta(database, restoredMark, "0");
  });
  return epoch;
}
