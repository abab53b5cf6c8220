import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bootId, type Identity } from "./process-table.ts";

/** What a later daemon needs to find a command again and nothing else in its place. */
interface LedgerRow extends Identity {
  boot: string;
  /** What its tree carries in its environment. */
  mark: string;
}

/**
 * Which commands run, a file each, written without waiting so that nothing can happen between a start and
 * its record. The rows survive a kill of the daemon; what they name does not survive the machine.
 */
export class Ledger {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** Records a command; disposing says that nothing of it lives any more. */
  add(identity: Identity, mark: string): Disposable {
    const file = join(this.#folder, `${identity.pid}-${identity.startTime}.json`);
    const row: LedgerRow = { ...identity, boot: bootId(), mark };
    writeFileSync(file, JSON.stringify(row));
    return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
  }

  /** Rows of this boot; what cannot be read was cut in the middle and is left to the marks. */
  rows(): LedgerRow[] {
    const boot = bootId();
    return readdirSync(this.#folder)
      .map((name) => parseRow(readFileSync(join(this.#folder, name), "utf8")))
      .filter((row) => row !== undefined)
      .filter((row) => row.boot === boot);
  }

  clear(): void {
    for (const name of readdirSync(this.#folder)) rmSync(join(this.#folder, name), { force: true });
  }
}

function parseRow(text: string): LedgerRow | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
