import { randomUUID } from "node:crypto";
import { Fault } from "../../../protocol/fault.ts";
import type { Session } from "./session.ts";

/**
 * Brings the schema to the latest version, one transaction a step, never back. A database that is newer than
 * the steps refuses with both versions.
 */
export async function migrate(session: Session, migrations: readonly string[]): Promise<void> {
  await session.exec("CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)");
  const version = Number((await readMeta(session, "schema")) ?? 0);
  const latest = migrations.length;
  if (version > latest)
    throw new Fault(
      "config.invalid",
      `Cannot open the database: its schema is version ${version}, expected ${latest} or older`,
      { facts: { version, latest } },
    );
  for (const [index, step] of migrations.entries()) {
    if (index < version) continue;
    // Several statements in one text are one transaction.
    await session.exec(`${step}; ${putMeta("schema", String(index + 1))}`);
  }
}

/**
 * The name of this database's history: drawn at its first open, and again where the same rows are found in
 * another place than before, which is what a restored dump or an older snapshot is.
 */
export async function openEpoch(session: Session): Promise<string> {
  const { rows } = await session.exec(
    `SELECT s.system_identifier || '/' || c.timeline_id || '/' || d.oid AS place
     FROM pg_control_system() s, pg_control_checkpoint() c, pg_database d WHERE d.datname = current_database()`,
  );
  const place = String(rows[0]?.place);
  const known = await readMeta(session, "epoch");
  if (known !== undefined && (await readMeta(session, "place")) === place) return known;
  const epoch = randomUUID();
  await session.exec(`${putMeta("epoch", epoch)}; ${putMeta("place", place)}`);
  return epoch;
}

async function readMeta(session: Session, name: string): Promise<string | undefined> {
  const [row] = await session.rows({ text: "SELECT value FROM meta WHERE name = $1", values: [name] });
  return (row as { value: string } | undefined)?.value;
}

/** Only for values of our own making: numbers, ids. */
function putMeta(name: string, value: string): string {
  return `INSERT INTO meta VALUES ('${name}', '${value}') ON CONFLICT (name) DO UPDATE SET value = excluded.value`;
}
