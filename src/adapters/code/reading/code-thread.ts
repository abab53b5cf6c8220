import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { orAborted } from "../../../base/abort.ts";
import type { Clock } from "../../../base/clock.ts";
import { FairQueue, type Open, type Standing } from "../../../base/fair-queue.ts";
import type { CodeAnswer, CodeQuestion, CodeReader, CodeText } from "../../../core/evidence/code-reader.ts";
import { Fault } from "../../../protocol/fault.ts";
import { Rests } from "./rests.ts";
import type { Read, Reading } from "./worker.ts";

/** A clone runs this folder as it is, a build as JavaScript: the worker is of the same kind as this file. */
const workerFile = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);

/** Of one file; what takes longer was written to do so. */
const maxReadMs = 5000;
/** A thread costs some 40 ms to start and the memory of its parser while it is there. */
const idleMs = 30_000;
const resourceLimits = { maxOldGenerationSizeMb: 384, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };
const stopping = "the daemon stops";
const anyone: Open = { gate: () => true, outer: () => true, inner: () => true };

interface Waiting extends Standing {
  file: CodeText;
  question: CodeQuestion;
  done: PromiseWithResolvers<CodeAnswer>;
}

/**
 * Reads code in a thread of its own, one file at a time, in turns between those who ask: whose file took long rests as
 * long while others ask. The thread is started when it is needed, and ended when nobody asks for half a minute; one that
 * hangs or has no memory left is ended with its file.
 */
export class CodeThread implements CodeReader {
  readonly #clock: Clock;
  readonly #onFailed: (cause: unknown) => void;
  readonly #queue = new FairQueue<Waiting>();
  #worker: Worker | undefined;
  readonly #rests: Rests;
  #current: { waiting: Waiting; sinceMs: number; timer: Disposable } | undefined;
  #idle: Disposable | undefined;
  #rested: Disposable | undefined;
  #order = 0;
  #isClosed = false;

  /** `onFailed` is told what ended a reader that nobody foresaw; its file is refused either way. */
  constructor({ clock, onFailed = () => {} }: { clock: Clock; onFailed?: (cause: unknown) => void }) {
    this.#clock = clock;
    this.#onFailed = onFailed;
    this.#rests = new Rests(clock);
  }

  async read(
    file: CodeText,
    ask: { question: CodeQuestion; fairness: string },
    signal: AbortSignal,
  ): Promise<CodeAnswer> {
    signal.throwIfAborted();
    const done = Promise.withResolvers<CodeAnswer>();
    const standing = { outer: ask.fairness, inner: "", gate: "", order: ++this.#order };
    const waiting: Waiting = { ...standing, file, question: ask.question, done };
    // It may be refused after its caller has left.
    done.promise.catch(() => {});
    this.#queue.add(waiting);
    this.#rests.seen(ask.fairness);
    this.#next();
    try {
      return await orAborted(done.promise, signal);
    } finally {
      this.#queue.delete(waiting);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#rested?.[Symbol.dispose]();
    const ended = this.#end(stopping);
    for (let next = this.#queue.first(anyone); next !== undefined; next = this.#queue.first(anyone)) {
      this.#queue.delete(next);
      next.done.reject(unreadable(next.file.path, stopping));
    }
    await ended;
  }

  #next(): void {
    if (this.#current !== undefined || this.#isClosed) return;
    this.#rested?.[Symbol.dispose]();
    this.#rested = undefined;
    const waiting = this.#queue.first({ ...anyone, outer: (name) => !this.#rests.isResting(name) });
    if (waiting === undefined && this.#queue.first(anyone) !== undefined) {
      this.#rested = this.#clock.timer(this.#rests.endsInMs(), () => this.#next());
      return;
    }
    if (waiting === undefined) {
      this.#idle ??= this.#clock.timer(idleMs, () => void this.#end("nobody asks"));
      return;
    }
    this.#idle?.[Symbol.dispose]();
    this.#idle = undefined;
    this.#queue.serve(waiting);
    const timer = this.#clock.timer(maxReadMs, () => void this.#end(`reading it took more than ${maxReadMs} ms`));
    this.#current = { waiting, sinceMs: this.#clock.monotonicMs(), timer };
    const { order: id, file, question } = waiting;
    this.#thread().postMessage({ id, file, question } satisfies Reading);
  }

  #thread(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(workerFile, { execArgv: [], resourceLimits });
    worker.on("message", ({ id, answer }: Read) => this.#answered(id, answer));
    worker.on("error", (error) => this.#failed(worker, error));
    this.#worker = worker;
    return worker;
  }

  #answered(id: number, answer: CodeAnswer): void {
    if (this.#current?.waiting.order !== id) return;
    this.#settle(({ done }) => done.resolve(answer));
  }

  #failed(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    if (!isMemory(cause)) this.#onFailed(cause);
    this.#settle(({ file, done }) => done.reject(unreadable(file.path, reasonOf(cause))));
  }

  async #end(why: string): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#idle?.[Symbol.dispose]();
    this.#idle = undefined;
    const ended = worker?.terminate();
    this.#settle(({ file, done }) => done.reject(unreadable(file.path, why)));
    await ended;
  }

  #settle(tell: (waiting: Waiting) => void): void {
    const current = this.#current;
    if (current === undefined) return;
    this.#current = undefined;
    current.timer[Symbol.dispose]();
    this.#rests.took(current.waiting.outer, this.#clock.monotonicMs() - current.sinceMs);
    tell(current.waiting);
    this.#next();
  }
}

function isMemory(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
}

function reasonOf(error: unknown): string {
  if (!isMemory(error)) return "its reader failed on it";
  return `reading it took more than ${resourceLimits.maxOldGenerationSizeMb} MiB`;
}

function unreadable(path: string, why: string): Fault {
  const message = `Cannot read ${JSON.stringify(path)} as code: ${why}, expected what people write`;
  return new Fault("workspace.unreadable", message, { facts: { path } });
}
