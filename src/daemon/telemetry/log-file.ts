import { closeSync, constants, fstatSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { LineSink } from "./logger.ts";

/** How much of a log is kept: the newest `files` of at most `maxBytes` each. */
export interface LogKeeping {
  files: number;
  maxBytes: number;
}

export const keepLogs: LogKeeping = { files: 7, maxBytes: 16 * 1024 * 1024 };

const mayAppend = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;

/**
 * Lines in `exai.log` of a folder; full files become `exai.log.1` (the newest) and so on, the eldest goes.
 * What is written in a turn goes out at its end in one write. A disk that takes nothing loses lines and is
 * told to `onLost`, which must not log; it never stops the daemon.
 */
export class LogFile implements LineSink, Disposable {
  readonly #path: string;
  readonly #keeping: LogKeeping;
  readonly #onLost: (error: unknown) => void;
  #descriptor: number;
  #bytes: number;
  #pending = "";
  #flushing: NodeJS.Immediate | undefined;

  constructor(parts: { folder: string; keeping: LogKeeping; onLost: (error: unknown) => void }) {
    mkdirSync(parts.folder, { recursive: true, mode: 0o700 });
    this.#path = join(parts.folder, "exai.log");
    this.#keeping = parts.keeping;
    this.#onLost = parts.onLost;
    this.#descriptor = openSync(this.#path, mayAppend, 0o600);
    this.#bytes = fstatSync(this.#descriptor).size;
  }

  write(line: string): void {
    this.#pending += line;
    this.#flushing ??= setImmediate(() => this.flush());
  }

  /** Writes what waits, at once: for the last line before an end. */
  flush(): void {
    clearImmediate(this.#flushing);
    this.#flushing = undefined;
    const batch = Buffer.from(this.#pending);
    this.#pending = "";
    if (batch.length === 0) return;
    try {
      if (this.#bytes > 0 && this.#bytes + batch.length > this.#keeping.maxBytes) this.#turn();
      this.#append(batch);
    } catch (error) {
      this.#onLost(error);
    }
  }

  [Symbol.dispose](): void {
    if (this.#descriptor === -1) return;
    this.flush();
    closeSync(this.#descriptor);
    this.#descriptor = -1;
  }

  #append(batch: Buffer): void {
    for (let at = 0; at < batch.length; ) at += writeSync(this.#descriptor, batch, at);
    this.#bytes += batch.length;
  }

  /** Every file moves one back, the eldest under its successor's name. The descriptor is replaced only once there is a new one. */
  #turn(): void {
    const nth = (age: number) => (age === 0 ? this.#path : `${this.#path}.${age}`);
    const eldest = this.#keeping.files - 1;
    for (let age = eldest - 1; age >= 0; age--) moveIfThere(nth(age), nth(age + 1));
    const descriptor = openSync(this.#path, mayAppend, 0o600);
    closeSync(this.#descriptor);
    this.#descriptor = descriptor;
    this.#bytes = 0;
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
