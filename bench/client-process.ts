import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

interface Asked {
  id: number;
  name: string;
  request: unknown;
}

type Told = { id: number; answer: unknown } | { id: number; failure: string };

/** Commands that a client process takes, by name. */
export type Commands = Readonly<Record<string, (request: never) => Promise<unknown>>>;

/** A client of `bench/clients` in a process of its own: the same program for the floor and for the product. */
export class ClientProcess<C extends Commands> implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;

  constructor(name: string) {
    this.#child = fork(join(import.meta.dirname, `clients/${name}.ts`));
    this.#child.on("message", (told: Told) => this.#settle(told));
    this.#child.once("exit", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`The client ${name} has ended`));
    });
  }

  ask<N extends keyof C & string>(name: N, request: Parameters<C[N]>[0]): ReturnType<C[N]> {
    const id = ++this.#lastId;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.#child.send({ id, name, request } satisfies Asked);
    return waiting.promise as ReturnType<C[N]>;
  }

  #settle(told: Told): void {
    const waiting = this.#waiting.get(told.id);
    this.#waiting.delete(told.id);
    if ("failure" in told) waiting?.reject(new Error(told.failure));
    else waiting?.resolve(told.answer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }
}

/** Runs in the client process: answers commands until it is ended. */
export function obey(commands: Commands): void {
  process.on("message", async ({ id, name, request }: Asked) => {
    const told = await perform(commands, name, request).then(
      (answer) => ({ id, answer }),
      (error: unknown) => ({ id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
    process.send?.(told satisfies Told);
  });
}

async function perform(commands: Commands, name: string, request: unknown): Promise<unknown> {
  const command = commands[name];
  if (command === undefined) throw new Error(`No command ${name}`);
  return await command(request as never);
}
