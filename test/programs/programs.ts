import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Child, OutputChunk } from "../../src/core/processes/process-host.ts";

/** The command line of one of the programs in this folder. */
export function program(name: string, ...args: string[]): [string, ...string[]] {
  return [process.execPath, fileURLToPath(new URL(`${name}.mjs`, import.meta.url)), ...args];
}

/** Whether a process can still do something; one that is dead and not collected cannot. */
export function isAlive(pid: number): boolean {
  if (stateOf(pid) === "Z") return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** As in `proc(5)`; empty where there is no such process. */
export function stateOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "latin1")
      .replace(/^.*\) /s, "")
      .slice(0, 1);
  } catch {
    return "";
  }
}

/** Ends a process that a test found alive where it should not be. */
export function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    return;
  }
}

/** What a child writes, kept as it comes. */
export class Reading {
  readonly #chunks: AsyncIterator<OutputChunk>;
  readonly #taken = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };

  constructor(child: Child) {
    this.#chunks = child.output()[Symbol.asyncIterator]();
  }

  bytes(channel: OutputChunk["channel"]): Buffer {
    return Buffer.concat(this.#taken[channel]);
  }

  /** Reads on until the standard output matches; an end before that is a failure of the test. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.bytes("stdout").toString());
      if (found !== null) return found;
      if (!(await this.next())) throw new Error(`The output ended without ${pattern}: ${this.bytes("stdout")}`);
    }
  }

  async rest(): Promise<void> {
    while (await this.next());
  }

  async next(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true) return false;
    this.#taken[next.value.channel].push(next.value.bytes);
    return true;
  }
}
