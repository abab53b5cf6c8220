import { closeSync, openSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Statement } from "../../../core/store/verbs/statement.ts";

/** `disk` survives a power cut; `process` survives the daemon, and a power cut may take its last moments. */
export type Durability = "disk" | "process";

/** A checkpoint inside a commit keeps that commit waiting: this is only for when the timed one is late. */
const autoCheckpointPages = 8000;
const walLimitBytes = 64 * 1024 * 1024;
const cacheKiB = 16 * 1024;

/** One connection, with its statements prepared once. */
export class Database implements Disposable {
  readonly file: string;
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(file: string, durability: Durability) {
    this.file = file;
    // SQLite would make it readable for everybody; its companions take the mode from it.
    closeSync(openSync(file, "a", 0o600));
    this.#database = new DatabaseSync(file, { timeout: 5000 });
    this.exec("PRAGMA journal_mode = WAL");
    this.exec(`PRAGMA synchronous = ${durability === "disk" ? "FULL" : "NORMAL"}`);
    this.exec(`PRAGMA wal_autocheckpoint = ${autoCheckpointPages}`);
    this.exec(`PRAGMA journal_size_limit = ${walLimitBytes}`);
    this.exec(`PRAGMA cache_size = -${cacheKiB}`);
    this.exec("PRAGMA temp_store = MEMORY");
  }

  /** Performs a statement; what changes nothing and what answers nothing alike. */
  rows({ text, values }: Statement): unknown[] {
    return this.#prepare(text).all(...values);
  }

  /** One or more statements without values, not kept prepared. */
  exec(text: string): void {
    this.#database.exec(text);
  }

  /** One transaction; what throws inside undoes all of it. */
  transaction<T>(body: () => T): T {
    this.#prepare("BEGIN IMMEDIATE").run();
    try {
      const value = body();
      this.#prepare("COMMIT").run();
      return value;
    } catch (error) {
      // SQLite has already undone it where the disk or the memory failed.
      if (this.#database.isTransaction) this.exec("ROLLBACK");
      throw error;
    }
  }

  #prepare(text: string): StatementSync {
    const known = this.#prepared.get(text);
    if (known !== undefined) return known;
    // `$1` would be a name here; `?1` is the number that it means.
    const prepared = this.#database.prepare(text.replace(/\$(\d+)/g, "?$1"));
    this.#prepared.set(text, prepared);
    return prepared;
  }

  [Symbol.dispose](): void {
    if (!this.#database.isOpen) return;
    this.#prepared.clear();
    this.#database.close();
  }
}
