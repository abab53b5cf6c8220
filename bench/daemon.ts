import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Program } from "../test/support/program.ts";
import type { Server } from "./clients/wire.ts";
import type { Installed } from "./installed.ts";

export interface DaemonParts {
  installed: Installed;
  /** Settings of its own. */
  env?: Readonly<Record<string, string>>;
}

/** A daemon as users start it, with a data folder of its own. */
export class Daemon implements AsyncDisposable {
  readonly #parts: DaemonParts;
  readonly #home: string;
  #program: Program;
  readonly token: string;

  private constructor(parts: DaemonParts, home: string, started: { program: Program; token: string }) {
    this.#parts = parts;
    this.#home = home;
    this.#program = started.program;
    this.token = started.token;
  }

  static async start(parts: DaemonParts): Promise<Daemon> {
    const home = await mkdtemp(join(parts.installed.folder, "home-"));
    const program = await serve(parts, home, 0);
    const token = (await readFile(join(home, "owner.token"), "utf8")).trim();
    return new Daemon(parts, home, { program, token });
  }

  get pid(): number {
    return this.#program.pid;
  }

  get readyMs(): number {
    return this.#program.readyMs;
  }

  /** Where its WebSocket is. */
  get url(): string {
    return `${this.#program.readyWith.replace("http", "ws")}/v1/ws`;
  }

  /** How clients reach it, as the owner. */
  get server(): Server {
    return { url: this.url, token: this.token };
  }

  /** Ends it at once, as a crash does. */
  async kill(): Promise<void> {
    await this.#program.end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.#program.end("SIGTERM");
  }

  /** Starts it anew on the same data folder and port. */
  async startAgain(): Promise<void> {
    this.#program = await serve(this.#parts, this.#home, Number(new URL(this.#program.readyWith).port));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
    await rm(this.#home, { recursive: true, force: true });
  }
}

async function serve({ installed, env }: DaemonParts, home: string, port: number): Promise<Program> {
  return await Program.start({
    argv: [installed.launcher, "serve"],
    env: {
      NODE_COMPILE_CACHE: join(installed.folder, "compile-cache"),
      ...env,
      EXAI_HOME: home,
      EXAI_WS_PORT: String(port),
    },
    ready: /listens on (\S+)/,
    maxSaidChars: 10_000,
  });
}
