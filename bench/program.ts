import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** What of our own environment a measured program sees: nothing that is a setting. */
const passedOn = ["PATH", "HOME", "LANG", "TMPDIR"];

/** A program in a process of its own, the product or a floor, that says on a line when it is ready. */
export class Program implements AsyncDisposable {
  readonly #child: ChildProcess;
  /** What it said when it was ready. */
  readonly said: string;
  readonly readyMs: number;

  private constructor(child: ChildProcess, ready: { said: string; readyMs: number }) {
    this.#child = child;
    this.said = ready.said;
    this.readyMs = ready.readyMs;
  }

  /** Resolves with the line that `ready` finds something in. */
  static async start(parts: {
    argv: readonly string[];
    env?: Readonly<Record<string, string>>;
    ready: RegExp;
  }): Promise<Program> {
    const beganMs = performance.now();
    const env = { ...ownEnvironment(), ...parts.env };
    const child = spawn(process.execPath, parts.argv, { env, stdio: ["ignore", "pipe", "pipe"] });
    const ready = Promise.withResolvers<{ said: string; readyMs: number }>();
    let heard = "";
    const hear = (line: string) => {
      if (heard.length < 10_000) heard += `${line}\n`;
      const [, said] = parts.ready.exec(line) ?? [];
      if (said !== undefined) ready.resolve({ said, readyMs: performance.now() - beganMs });
    };
    createInterface(child.stdout).on("line", hear);
    createInterface(child.stderr).on("line", hear);
    child.once("exit", () => ready.reject(new Error(`Cannot start ${parts.argv.join(" ")}: ${heard}`)));
    return new Program(child, await ready.promise);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves once it is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill(signal);
    await gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
  }
}

function ownEnvironment(): Record<string, string> {
  return Object.fromEntries(
    passedOn.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
