import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const launcher = join(import.meta.dirname, "../../bin/exai.js");

export interface Ran {
  code: number | NodeJS.Signals;
  stdout: Buffer;
  stderr: string;
}

export interface RunOptions {
  env: Readonly<Record<string, string>>;
  /** All of its standard input; nothing by default, and a pipe that stays open for `later`. */
  input?: string | Uint8Array | typeof later;
  cwd?: string;
}

/** Instead of an input: what it is comes by {@link CommandLine.give}, or never. */
export const later = Symbol("later");

/** `exai` as a process of its own, while it runs. */
export class CommandLine implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #stdout: Buffer[] = [];
  #unread = "";
  #more: () => void = () => {};
  readonly #closed: Promise<unknown>;
  #stderr = "";

  constructor(argv: readonly string[], { env, input, cwd }: RunOptions) {
    this.#child = spawn(process.execPath, [launcher, ...argv], { env, cwd, stdio: "pipe" });
    const { stdin, stdout, stderr } = this.#child;
    if (stdin === null || stdout === null || stderr === null) throw new Error("a command line without pipes");
    this.#closed = once(this.#child, "close").finally(() => this.#more());
    stdout.on("data", (bytes: Buffer) => {
      this.#stdout.push(bytes);
      this.#unread += bytes.toString("latin1");
      this.#more();
    });
    stderr.on("data", (bytes: Buffer) => {
      this.#stderr += bytes.toString();
    });
    // A program that does not read its input may be gone before it was written.
    stdin.on("error", () => {});
    if (input !== later) stdin.end(input);
  }

  /** All of the input that was to come. */
  give(input: string): void {
    this.#child.stdin?.end(input);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves with the first whole line of stdout from here on that matches. */
  async line(pattern: RegExp): Promise<string> {
    for (;;) {
      const line = this.#nextLine();
      if (line !== undefined && pattern.test(line)) return line;
      if (line !== undefined) continue;
      if (this.#child.stdout?.readableEnded) throw new Error(`no line like ${pattern}; it said ${this.#stderr}`);
      await new Promise<void>((resolve) => {
        this.#more = resolve;
      });
    }
  }

  async ended(): Promise<Ran> {
    await this.#closed;
    const code = this.#child.exitCode ?? this.#child.signalCode ?? 0;
    return { code, stdout: Buffer.concat(this.#stdout), stderr: this.#stderr };
  }

  #nextLine(): string | undefined {
    const end = this.#unread.indexOf("\n");
    if (end === -1) return undefined;
    const line = this.#unread.slice(0, end);
    this.#unread = this.#unread.slice(end + 1);
    return line;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.#closed;
  }
}

/** Runs `exai` to its end. */
export async function exai(argv: readonly string[], options: RunOptions): Promise<Ran> {
  return await new CommandLine(argv, options).ended();
}

/** The JSON values that it printed, one a line. */
export function jsonOf({ stdout }: Pick<Ran, "stdout">): Record<string, unknown>[] {
  const lines = stdout.toString().split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
}
