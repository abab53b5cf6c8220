import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const passedOn = ["PATH", "HOME", "LANG", "TMPDIR"];

/** How a program is started, and what it says when it is ready. */
export interface ProgramParts {
  /** Node's flags, the file, and its arguments. */
  argv: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Finds what it says when it is ready, in its first group. */
  ready: RegExp;
  /** So many characters of what it says are kept; all unless told. */
  maxSaidChars?: number;
}

/** A program in a process of its own that says on a line when it is ready. Disposing kills it. */
export class Program implements AsyncDisposable {
  /** What `ready` found. */
  readonly readyWith: string;
  /** From its spawn on. */
  readonly readyMs: number;
  readonly #child: ChildProcess;
  readonly #words: Words;

  private constructor(parts: { child: ChildProcess; words: Words; readyWith: string; readyMs: number }) {
    this.#child = parts.child;
    this.#words = parts.words;
    this.readyWith = parts.readyWith;
    this.readyMs = parts.readyMs;
  }

  /** Resolves when it is ready; rejects with what it said where it ended before. What it says later is read on. */
  static async start(parts: ProgramParts): Promise<Program> {
    const beganMs = performance.now();
    const env = { ...ownEnvironment(), ...parts.env };
    const child = spawn(process.execPath, parts.argv, { env, stdio: ["ignore", "pipe", "pipe"] });
    const words = new Words(parts.maxSaidChars);
    const ready = Promise.withResolvers<{ readyWith: string; readyMs: number }>();
    const hear = (line: string) => {
      words.add(line);
      const [, readyWith] = parts.ready.exec(line) ?? [];
      if (readyWith !== undefined) ready.resolve({ readyWith, readyMs: performance.now() - beganMs });
    };
    createInterface(child.stdout).on("line", hear);
    createInterface(child.stderr).on("line", hear);
    child.once("close", () => ready.reject(new Error(`Cannot start ${parts.argv.join(" ")}: ${words.said}`)));
    return new Program({ child, words, ...(await ready.promise) });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** What it wrote to stdout and stderr. */
  get said(): string {
    return this.#words.said;
  }

  /** Resolves when it has said something that matches. */
  heard(pattern: RegExp): Promise<void> {
    return this.#words.heard(pattern);
  }

  /** Sends the signal and waits for nothing. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Resolves with its exit code, or its signal, once it is gone. */
  async ended(): Promise<number | NodeJS.Signals> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
    return this.#child.exitCode ?? this.#child.signalCode ?? 0;
  }

  /** Sends the signal and resolves as `ended` does. */
  async end(name: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    this.signal(name);
    return await this.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
  }
}

/** The lines that a program says. */
class Words {
  readonly #maxChars: number;
  #said = "";
  #listeners: (() => void)[] = [];

  constructor(maxChars = Number.POSITIVE_INFINITY) {
    this.#maxChars = maxChars;
  }

  get said(): string {
    return this.#said;
  }

  add(line: string): void {
    if (this.#said.length < this.#maxChars) this.#said += `${line}\n`;
    for (const heard of this.#listeners.splice(0)) heard();
  }

  async heard(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#said)) await new Promise<void>((resolve) => this.#listeners.push(resolve));
  }
}

/** Of our own environment what a program may see: nothing that is a setting. */
export function ownEnvironment(more: readonly string[] = []): Record<string, string> {
  const given = [...passedOn, ...more].map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
