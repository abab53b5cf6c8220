import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

export const launcher = join(import.meta.dirname, "../../../bin/exai.js");

export interface Said {
  id?: string | number | null;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown> & { structuredContent?: Record<string, unknown>; isError?: boolean };
  error?: { code: number; message: string; data?: { code: string } };
}

const hello = {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "scenario", version: "1" },
};

export interface StdioClientOptions {
  env: Readonly<Record<string, string>>;
  argv?: readonly string[];
  cwd?: string;
}

/** A client that starts `exai mcp` and does only what a test says: it writes lines and remembers all that was said. */
export class StdioClient implements AsyncDisposable {
  readonly child: ChildProcessWithoutNullStreams;
  readonly said: Said[] = [];
  stderr = "";
  readonly #closed: Promise<unknown>;
  #unread = "";
  #waiting: (() => void)[] = [];
  #lastId = 0;

  constructor({ env, argv = [], cwd }: StdioClientOptions) {
    this.child = spawn(process.execPath, [launcher, "mcp", ...argv], { env: { ...env }, cwd, stdio: "pipe" });
    this.child.stdout.on("data", (bytes: Buffer) => this.#heard(bytes.toString()));
    this.child.stderr.on("data", (bytes: Buffer) => {
      this.stderr += bytes.toString();
    });
    this.child.stdin.on("error", () => {});
    this.#closed = once(this.child, "close").finally(() => this.#wake());
  }

  /** One that has said what a client of 2025-11-25 begins with. */
  static async open(options: StdioClientOptions): Promise<StdioClient> {
    const client = new StdioClient(options);
    const { result } = await client.request("initialize", hello);
    if (result === undefined) {
      await client[Symbol.asyncDispose]();
      throw new Error(`not let in: ${client.stderr}`);
    }
    client.send({ method: "notifications/initialized" });
    return client;
  }

  /** Writes a message as one line. */
  send(message: Record<string, unknown>): void {
    this.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }

  write(text: string): void {
    this.child.stdin.write(text);
  }

  /** The id of the request that was made last. */
  get lastId(): string {
    return `r${this.#lastId}`;
  }

  /** Resolves with the first answer to a request under its own id. */
  async request(method: string, params: object = {}, id: string | number = `r${++this.#lastId}`): Promise<Said> {
    this.send({ id, method, params });
    return await this.answer(id);
  }

  /** Calls a tool, again where a machine that is busy with other things refuses it. */
  async call(name: string, args: Record<string, unknown>): Promise<Said> {
    for (;;) {
      const said = await this.request("tools/call", { name, arguments: args });
      const { fault } = (said.result?.structuredContent ?? {}) as { fault?: { code: string } };
      if (fault?.code !== "admission.overloaded") return said;
      await wait(1000);
    }
  }

  async answer(id: string | number): Promise<Said> {
    return await this.heard((said) => said.id === id && said.method === undefined);
  }

  /** The first thing said, also an earlier one, that fits. */
  async heard(fits: (said: Said) => boolean): Promise<Said> {
    for (;;) {
      const found = this.said.find(fits);
      if (found !== undefined) return found;
      if (this.child.stdout.readableEnded) throw new Error(`It ended before it said that; on stderr: ${this.stderr}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** The requests that were answered, each as often as it was. */
  get answered(): (string | number | null)[] {
    return this.said.flatMap(({ id, method }) => (id === undefined || method !== undefined ? [] : [id]));
  }

  /** Resolves with the exit code once it is gone. */
  async ended(): Promise<number | NodeJS.Signals> {
    await this.#closed;
    return this.child.exitCode ?? this.child.signalCode ?? 0;
  }

  /** Ends its input, as a client does that is done. */
  async end(): Promise<number | NodeJS.Signals> {
    this.child.stdin.end();
    return await this.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    this.child.stdout.resume();
    await this.#closed;
  }

  #heard(text: string): void {
    const lines = (this.#unread + text).split("\n");
    this.#unread = lines.pop() ?? "";
    for (const line of lines) this.said.push(JSON.parse(line));
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** The text of a tool's answer. */
export function textOf({ result }: Said): string {
  const [first] = (result?.["content"] ?? []) as { text?: string }[];
  return first?.text ?? "";
}
