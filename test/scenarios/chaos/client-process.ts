import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { WorkSize } from "./work.ts";

const program = join(import.meta.dirname, "client-program.ts");

export interface ClientProcessParts {
  url: string;
  host: string;
  token: string;
  seed: number;
  client: number;
  size: WorkSize;
  files: { stream: string; ran: string; notes: string };
}

/** A client in a process of its own that may be killed: a successor goes on from its notes. */
export class ClientProcess implements AsyncDisposable {
  readonly #parts: ClientProcessParts;
  #child: ChildProcess;
  #said = "";
  #isOver = false;

  constructor(parts: ClientProcessParts) {
    this.#parts = parts;
    this.#child = this.#spawn();
  }

  /** Resolves when the work is done, by this process or by whichever succeeded it. */
  async done(): Promise<void> {
    for (;;) {
      const child = this.#child;
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      if (this.#isOver || child.exitCode === 0) return;
      if (child.signalCode === null) throw new Error(`A client ended with ${child.exitCode}: ${this.#said}`);
      this.#child = this.#spawn();
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  #spawn(): ChildProcess {
    const { token, ...settings } = this.#parts;
    const env = { ...process.env, EXAI_TOKEN: token };
    const argv = [program, JSON.stringify(settings)];
    const child = spawn(process.execPath, argv, { env, stdio: ["pipe", "ignore", "pipe"] });
    child.stderr?.on("data", (text: Buffer) => {
      this.#said += text.toString();
    });
    return child;
  }
}
