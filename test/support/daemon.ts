import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { cgroupsOf, removeCgroups } from "./cgroups.ts";
import { ownPort } from "./own-port.ts";

const launcher = join(import.meta.dirname, "../../bin/exai.js");
/** What of the tester's own environment a daemon may see: nothing that is a setting. */
const passedOn = ["PATH", "HOME", "LANG", "TMPDIR", "NODE_COMPILE_CACHE"];

/** Whatever the machine is busy with: only tests of pressure are about daemons that come too late. */
const patience = { EXAI_OVERLOAD_LATE_SECS: "3600" };

/** A daemon in a process of its own, with a data folder of its own. */
export class DaemonProcess implements AsyncDisposable {
  readonly home: string;
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess;
  #url = "";
  #token = "";
  #said = "";
  #listeners: (() => void)[] = [];

  private constructor(home: string, env: Readonly<Record<string, string>>, port: number) {
    this.home = home;
    // Tests of what confines say so: what the others watch of their commands is seen from outside.
    this.#env = { EXAI_EXEC_CONFINEMENT: "C", ...env };
    this.#child = this.#spawn(port);
  }

  static async start({ env = {} }: { env?: Readonly<Record<string, string>> } = {}): Promise<DaemonProcess> {
    const home = await mkdtemp(join(tmpdir(), "exai-"));
    const daemon = new DaemonProcess(home, env, await ownPort());
    try {
      await daemon.#ready();
      return daemon;
    } catch (error) {
      await daemon[Symbol.asyncDispose]();
      throw error;
    }
  }

  get url(): string {
    return this.#url;
  }

  /** The owner's. */
  get token(): string {
    return this.#token;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** What it wrote to stdout and stderr, over all its starts. */
  get said(): string {
    return this.#said;
  }

  /** The environment of a command line that talks to it, and to no other. */
  get clientEnv(): Record<string, string> {
    return { ...ownEnvironment(), EXAI_HOME: this.home, EXAI_AUTOSTART: "0" };
  }

  /** Resolves when it has said something that matches. */
  async heard(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#said)) await new Promise<void>((resolve) => this.#listeners.push(resolve));
  }

  /** Sends the signal; SIGKILL resolves when the process is gone. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    this.#child.kill(signal);
    if (signal === "SIGKILL") await this.#exited();
  }

  /** Resolves with its exit code, or its signal, once it is gone. */
  async ended(): Promise<number | NodeJS.Signals> {
    await this.#exited();
    return this.#child.exitCode ?? this.#child.signalCode ?? 0;
  }

  /** Ends it if it still runs, then starts it anew on the same data folder and port. */
  async restart(): Promise<void> {
    await this.stop();
    this.#child = this.#spawn(Number(new URL(this.#url).port));
    await this.#ready();
  }

  /** Asks it to drain; resolves with its exit code. */
  async stop(): Promise<number | NodeJS.Signals> {
    this.#child.kill("SIGTERM");
    // A stopped process takes no other signal.
    this.#child.kill("SIGCONT");
    return await this.ended();
  }

  /** Throws where it ended by itself and left cgroups; those of one that was killed are removed. */
  async [Symbol.asyncDispose](): Promise<void> {
    const commands = join(this.home, "processes");
    if ((await this.stop()) !== 0) await removeCgroups(commands);
    const left = await cgroupsOf(commands);
    if (left.length > 0) throw new Error(`Cgroups left behind: ${left.join(" ")}`);
    // Of one that was killed somebody may still be putting things in order.
    await rm(this.home, { recursive: true, force: true, maxRetries: 10 });
  }

  async #exited(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
  }

  #spawn(port: number): ChildProcess {
    const env = { ...ownEnvironment(), ...this.#env, EXAI_HOME: this.home, EXAI_WS_PORT: String(port) };
    return spawn(process.execPath, [launcher, "serve"], { env, stdio: ["ignore", "pipe", "pipe"] });
  }

  /** Resolves when it says where it listens; what it says later is read on, so that it never waits for us. */
  async #ready(): Promise<void> {
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new Error("a daemon without pipes");
    const ready = Promise.withResolvers<string>();
    const hear = (line: string) => {
      this.#said += `${line}\n`;
      for (const heard of this.#listeners.splice(0)) heard();
      const [, url] = /listens on (\S+)/.exec(line) ?? [];
      if (url !== undefined) ready.resolve(url);
    };
    createInterface(stdout).on("line", hear);
    createInterface(stderr).on("line", hear);
    this.#child.once("close", () => ready.reject(new Error(`the daemon did not start: ${this.#said}`)));
    this.#url = await ready.promise;
    this.#token = (await readFile(join(this.home, "owner.token"), "utf8")).trim();
  }
}

/** Starts a real daemon with a fresh data folder on a free port; `env` are settings of its own. */
export async function startDaemon(options: { env?: Readonly<Record<string, string>> } = {}): Promise<DaemonProcess> {
  return await DaemonProcess.start(options);
}

/** Of the tester's environment what a program may see, which is nothing that is a setting, and patience. */
export function ownEnvironment(): Record<string, string> {
  const given = passedOn.map((name) => [name, process.env[name]] as const);
  const passed = Object.fromEntries(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  return { ...passed, ...patience };
}
