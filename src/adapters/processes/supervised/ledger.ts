import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bootId, type Identity } from "./process-table.ts";

/** What a later daemon needs to find a command again and nothing else in its place. */
interface LedgerRow extends Identity {
  boot: string;
  call: string;
  /** What its tree carries in its environment. */
  mark: string;
  /** Folders of cgroups that are its alone. */
  cgroups: readonly string[];
}

/**
 * Which commands run, a file each. A command begins only once its row is written, so that there is none without a
 * record. The rows survive a kill of the daemon. What they name does not survive the machine, and so they need not.
 */
export class Ledger {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** Records a command; disposing says that nothing of it lives any more. */
  add(identity: Identity, about: Omit<LedgerRow, "boot" | keyof Identity>): Disposable {
    const path = join(this.#folder, `${identity.pid}-${identity.startTime}.json`);
    const row: LedgerRow = { pid: identity.pid, startTime: identity.startTime, boot: bootId(), ...about };
    const remove = () => rmSync(path, { force: true });
    try {
      writeFileSync(path, JSON.stringify(row));
    } catch (error) {
      remove();
      throw error;
    }
    return { [Symbol.dispose]: remove };
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

export function ledgerFolder(folder: string): string {
  return join(folder, "running");
}
