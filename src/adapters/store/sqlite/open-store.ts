import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Called } from "../../../core/store/bind-verbs.ts";
import type { Outcome } from "../../../core/store/group-commit.ts";
import { writeBackup } from "./backup.ts";
import { Database } from "./database.ts";
import { openEpoch } from "./epoch.ts";
import { refuseNetworkFolder } from "./local-disk.ts";
import { type Answer, failureOf, type Task, type VerbsTask, type WorkerSettings } from "./messages.ts";
import { migrate } from "./migrate.ts";
import { Reserve } from "./reserve.ts";
import { migrations } from "./schema.ts";
import { Writer } from "./writer.ts";

const reserveBytes = 16 * 1024 * 1024;

/** The store as its own thread has it: synchronous, one task after the other. */
export class OpenStore {
  /** Names this history. */
  readonly epoch: string;
  readonly #database: Database;
  readonly #writer: Writer;

  constructor({ folder, durability }: WorkerSettings) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    refuseNetworkFolder(folder);
    this.#database = new Database(join(folder, "exai.db"), durability);
    try {
      migrate(this.#database, migrations);
      this.epoch = openEpoch(this.#database);
      const reserve = new Reserve({ file: join(folder, "reserve"), bytes: reserveBytes });
      this.#writer = new Writer({ database: this.#database, reserve });
    } catch (error) {
      this.#database[Symbol.dispose]();
      throw error;
    }
  }

  /** What came of each verb, from the first on as many as one answer has room for; throws what all of them failed with. */
  commit(batch: readonly Called[]): Answer[] {
    return this.#writer.run(batch).map(answerOf);
  }

  /** The task's answer; throws what it failed with. */
  perform(task: Exclude<Task, VerbsTask>): unknown {
    switch (task.do) {
      case "checkpoint":
        return this.#database.rows({ text: "PRAGMA wal_checkpoint(PASSIVE)", values: [] });
      case "size":
        return this.#size();
      case "backup":
        return writeBackup({ source: this.#database.file, target: task.file });
      case "close":
        return this.#database[Symbol.dispose]();
    }
  }

  /** Free pages are used again before the file grows: they count as room. */
  #size(): number {
    const [size] = this.#database.rows({
      text: `SELECT (pages.page_count - free.freelist_count) * size.page_size AS bytes
             FROM pragma_page_count pages, pragma_freelist_count free, pragma_page_size size`,
      values: [],
    }) as { bytes: number }[];
    const log = statSync(`${this.#database.file}-wal`, { throwIfNoEntry: false });
    return (size?.bytes ?? 0) + (log?.size ?? 0);
  }
}

function answerOf(outcome: Outcome): Answer {
  return "error" in outcome ? { failure: failureOf(outcome.error) } : outcome;
}
