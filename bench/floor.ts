import { join } from "node:path";
import { Program } from "../test/support/program.ts";
import type { Server } from "./clients/wire.ts";

/** A program of `bench/floors`: what the machine and the libraries can do without the product. */
export class Floor implements AsyncDisposable {
  readonly #name: string;
  #program: Program;

  private constructor(name: string, program: Program) {
    this.#name = name;
    this.#program = program;
  }

  static async start(name: "echo-server" | "pump-server" | "vendor-server"): Promise<Floor> {
    return new Floor(name, await run(name, 0));
  }

  get pid(): number {
    return this.#program.pid;
  }

  get url(): string {
    return this.#program.readyWith;
  }

  get server(): Server {
    return { url: this.url };
  }

  async kill(): Promise<void> {
    await this.#program.end("SIGKILL");
  }

  async startAgain(): Promise<void> {
    this.#program = await run(this.#name, Number(new URL(this.url).port));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }
}

async function run(name: string, port: number): Promise<Program> {
  const file = join(import.meta.dirname, `floors/${name}.ts`);
  return await Program.start({ argv: [file, String(port)], ready: /listens on (\S+)/ });
}
