import { once } from "node:events";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { Fault } from "../../../protocol/fault.ts";
import {
  type Answer,
  errorOf,
  type Numbered,
  type Opened,
  openingId,
  type Task,
  type WorkerSettings,
} from "./messages.ts";

/** A clone runs this folder as it is, a build as JavaScript: the worker is of the same kind as this file. */
const workerFile = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);

/** Far more than the answers and questions that are on their way at any time. */
const defaultHeapMiB = 512;

/** Told once, where the worker ends and nobody closed it. */
export type OnLost = (cause: unknown) => void;

interface LinkParts {
  settings: WorkerSettings;
  /** What the worker may hold at once. */
  heapMiB?: number | undefined;
  onLost?: OnLost | undefined;
  file?: URL;
}

/**
 * The main thread's end of the worker: *opening* until that says that the store is open, *open* until `close` or the loss
 * of the thread, *gone* from then on: every question, asked or yet to come, answers `store.unavailable`. Nothing starts
 * the thread anew: what its store has committed is found by the next start of the daemon.
 */
export class WorkerLink {
  readonly #worker: Worker;
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #exited: Promise<unknown>;
  readonly #onLost: OnLost;
  #nextId = openingId;
  #gone: Fault | undefined;
  #closing = false;

  private constructor(worker: Worker, onLost: OnLost) {
    this.#worker = worker;
    this.#onLost = onLost;
    this.#exited = once(worker, "exit").catch(() => {});
    worker.on("message", (message: Numbered<Answer>) => this.#answered(message));
    worker.on("error", (error) => this.#lost(error));
    worker.on("exit", () => this.#lost());
  }

  /** Starts the worker; answers what it says when it has opened the store. */
  static async start(parts: LinkParts): Promise<{ link: WorkerLink; opened: Opened }> {
    const { settings, heapMiB = defaultHeapMiB, file = workerFile, onLost = () => {} } = parts;
    const resourceLimits = { maxOldGenerationSizeMb: heapMiB };
    const link = new WorkerLink(new Worker(file, { workerData: settings, execArgv: [], resourceLimits }), onLost);
    const opened = link.#expect();
    try {
      return { link, opened: (await opened) as Opened };
    } catch (error) {
      await link.#exited;
      throw error;
    }
  }

  /** Questions are answered in their order. Rejects as the task failed. */
  ask(task: Task): Promise<unknown> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    const id = this.#nextId;
    const answer = this.#expect();
    this.#worker.postMessage({ id, body: task } satisfies Numbered<Task>);
    return answer;
  }

  /** Closes the database and waits until the thread has ended. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#gone === undefined) await this.ask({ do: "close" });
    await this.#exited;
  }

  #expect(): Promise<unknown> {
    const pending = Promise.withResolvers<unknown>();
    this.#pending.set(this.#nextId++, pending);
    return pending.promise;
  }

  #answered({ id, body }: Numbered<Answer>): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    // What never opened is not lost when its thread ends, which it may do at once.
    if (id === openingId && "failure" in body) this.#closing = true;
    if ("failure" in body) pending?.reject(errorOf(body.failure));
    else pending?.resolve(body.value);
  }

  #lost(cause?: unknown): void {
    if (this.#gone === undefined && !this.#closing) this.#onLost(cause ?? new Error("The thread has ended"));
    this.#gone ??= new Fault("store.unavailable", "Cannot use the store: its thread has ended, expected it to run", {
      cause,
    });
    for (const pending of this.#pending.values()) pending.reject(this.#gone);
    this.#pending.clear();
  }
}
