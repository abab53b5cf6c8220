import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const pageBytes = 4096;
const lookEveryMs = 1000;
const steadyShare = 0.005;
/** Longer than anybody waits before it gives memory back. */
const steadyLooks = 15;
const patienceMs = 90_000;
/** Loaded by a program, it makes one that collects when it is told to. */
export const collecting = `--import=${import.meta.resolve("./collect-when-told.ts")}`;

/** Resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  const [, pages] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
  return Number(pages) * pageBytes;
}

/** What is resident once it no longer changes: an idle engine gives back what it does not need. */
export async function settledBytes(pid: number): Promise<number> {
  const looks: number[] = [];
  for (let waited = 0; waited < patienceMs; waited += lookEveryMs) {
    await sleep(lookEveryMs);
    looks.push(residentBytes(pid));
    const last = looks.slice(-steadyLooks);
    if (last.length === steadyLooks && Math.max(...last) - Math.min(...last) < steadyShare * Math.max(...last)) break;
  }
  return looks.at(-1) ?? 0;
}

/** The same of a program that was started as {@link collecting}, without what nobody uses any more. */
export async function collectedBytes(pid: number): Promise<number> {
  process.kill(pid, "SIGUSR2");
  return await settledBytes(pid);
}

/** The most that is resident until it is disposed. */
export class PeakMemory implements Disposable {
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;
  #peak = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#look(), 50);
    this.#look();
  }

  get bytes(): number {
    this.#look();
    return this.#peak;
  }

  #look(): void {
    this.#peak = Math.max(this.#peak, residentBytes(this.#pid));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
