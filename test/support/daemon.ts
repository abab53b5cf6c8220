import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cgroupsOf, removeCgroups } from "./cgroups.ts";
import { ownPort } from "./own-port.ts";
import { Program, ownEnvironment as passedEnvironment } from "./program.ts";

const launcher = join(import.meta.dirname, "../../bin/exai.js");
/** How the tester's daemons find what was compiled before. */
const compileCache = ["NODE_COMPILE_CACHE"];

/** Whatever the machine is busy with: only tests of pressure are about daemons that come too late. */
const patience = { EXAI_OVERLOAD_LATE_SECS: "3600" };

/** A daemon in a process of its own, with a data folder of its own. */
export class DaemonProcess implements AsyncDisposable {
  readonly home: string;
  readonly #env: Readonly<Record<string, string>>;
  #program: Program;
  #token: string;
  /** What it wrote before its last start. */
  #earlier = "";

  private constructor(home: string, env: Readonly<Record<string, string>>, first: { program: Program; token: string }) {
    this.home = home;
    this.#env = env;
    this.#program = first.program;
    this.#token = first.token;
  }

  static async start({ env = {} }: { env?: Readonly<Record<string, string>> } = {}): Promise<DaemonProcess> {
    const home = await mkdtemp(join(tmpdir(), "exai-"));
    // Tests of what confines say so: what the others watch of their commands is seen from outside.
    const given = { EXAI_EXEC_CONFINEMENT: "C", ...env };
    try {
      const program = await serve(home, given, await ownPort());
      return new DaemonProcess(home, given, { program, token: await ownerToken(home) });
    } catch (error) {
      await removeCgroups(join(home, "processes"));
      await rm(home, { recursive: true, force: true, maxRetries: 10 });
      throw error;
    }
  }

  get url(): string {
    return this.#program.readyWith;
  }

  /** The owner's, as it was at its last start. */
  get token(): string {
    return this.#token;
  }

  get pid(): number {
    return this.#program.pid;
  }

  /** What it wrote to stdout and stderr, over all its starts. */
  get said(): string {
    return this.#earlier + this.#program.said;
  }

  /** The environment of a command line that talks to it, and to no other. */
  get clientEnv(): Record<string, string> {
    return { ...ownEnvironment(), EXAI_HOME: this.home, EXAI_AUTOSTART: "0" };
  }

  /** Resolves when it has said something that matches. */
  async heard(pattern: RegExp): Promise<void> {
    if (!pattern.test(this.#earlier)) await this.#program.heard(pattern);
  }

  /** Sends the signal; SIGKILL resolves when the process is gone. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    this.#program.signal(signal);
    if (signal === "SIGKILL") await this.#program.ended();
  }

  /** Resolves with its exit code, or its signal, once it is gone. */
  async ended(): Promise<number | NodeJS.Signals> {
    return await this.#program.ended();
  }

  /** Ends it if it still runs, then starts it anew on the same data folder and port. */
  async restart(): Promise<void> {
    await this.stop();
    const program = await serve(this.home, this.#env, Number(new URL(this.url).port));
    this.#earlier += this.#program.said;
    this.#program = program;
    this.#token = await ownerToken(this.home);
  }

  /** Asks it to drain; resolves with its exit code. */
  async stop(): Promise<number | NodeJS.Signals> {
    this.#program.signal("SIGTERM");
    // A stopped process takes no other signal.
    return await this.#program.end("SIGCONT");
  }

  /** Throws where it ended by itself and left cgroups; those of one that was killed are removed. */
  async [Symbol.asyncDispose](): Promise<void> {
    const commands = join(this.home, "processes");
    if ((await this.stop()) !== 0) await removeCgroups(commands);
    const left = await cgroupsOf(commands);
    if (left.length > 0) assert.fail(`Cgroups left behind: ${left.join(" ")}`);
    // Of one that was killed somebody may still be putting things in order.
    await rm(this.home, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function serve(home: string, env: Readonly<Record<string, string>>, port: number): Promise<Program> {
  return await Program.start({
    argv: [launcher, "serve"],
    env: { ...ownEnvironment(), ...env, EXAI_HOME: home, EXAI_WS_PORT: String(port) },
    ready: /listens on (\S+)/,
  });
}

async function ownerToken(home: string): Promise<string> {
  return (await readFile(join(home, "owner.token"), "utf8")).trim();
}

/** Starts a real daemon with a fresh data folder on a free port; `env` are settings of its own. */
export async function startDaemon(options: { env?: Readonly<Record<string, string>> } = {}): Promise<DaemonProcess> {
  return await DaemonProcess.start(options);
}

/** Of the tester's environment what a program may see, which is nothing that is a setting, and patience. */
export function ownEnvironment(): Record<string, string> {
  return { ...passedEnvironment(compileCache), ...patience };
}
