import { rmSync } from "node:fs";
import { Fault } from "../../../protocol/fault.ts";
import type { Database } from "./database.ts";

/**
 * Brings the schema to the latest version: a copy of the file first, then one transaction a step, never
 * back. A store that is newer than the steps refuses with both versions.
 */
export function migrate(database: Database, migrations: readonly string[]): void {
  database.exec("CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");
  const version = Number(readMeta(database, "schema") ?? 0);
  const latest = migrations.length;
  if (version > latest)
    throw new Fault(
      "config.invalid",
      `Cannot open ${database.file}: its schema is version ${version}, expected ${latest} or older`,
      { facts: { file: database.file, version, latest } },
    );
  if (version > 0 && version < latest) copy(database, `${database.file}.before-${latest}`);
  for (const [index, step] of migrations.entries()) {
    if (index < version) continue;
    database.transaction(() => {
      database.exec(step);
      writeMeta(database, "schema", String(index + 1));
    });
  }
}

/** A copy left by a start that did not get through its steps is no use. */
function copy(database: Database, file: string): void {
  rmSync(file, { force: true });
  database.rows({ text: "VACUUM INTO $1", values: [file] });
}

/** What the store's own notes say under a name. */
export function readMeta(database: Database, name: string): string | undefined {
  const [row] = database.rows({ text: "SELECT value FROM meta WHERE name = $1", values: [name] });
  return (row as { value: string } | undefined)?.value;
}

export function writeMeta(database: Database, name: string, value: string): void {
  const text = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2";
  database.rows({ text, values: [name, value] });
}
