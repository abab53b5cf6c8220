import { once } from "../base/once.ts";
import { Fault } from "../protocol/fault.ts";

/** What a part says when it ends. */
type Closable = AsyncDisposable | Disposable;

export interface LifecycleLog {
  /** A close that failed; the others are closed all the same. */
  closeFailed(part: string, error: unknown): void;
}

/** A part that could not start, with the reason as its cause: a fault's own sentence says it all. What had started was undone. */
export class StartFailed extends Error {
  override readonly name = "StartFailed";
  readonly part: string;

  constructor(part: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(cause instanceof Fault ? reason : `Cannot start ${part}: ${reason}`, { cause });
    this.part = part;
  }
}

/**
 * The parts of a running daemon, started one after another and each closed exactly once in reverse. It is the
 * only place that knows the order.
 */
export class Lifecycle implements AsyncDisposable {
  readonly #log: LifecycleLog;
  readonly #parts: { name: string; close: () => Promise<void> | void }[] = [];
  #closing: Promise<void> | undefined;

  constructor(log: LifecycleLog) {
    this.#log = log;
  }

  /** Starts a part and owns it; a failure undoes all that had started and refuses with `StartFailed`. */
  async start<T extends Closable>(name: string, open: () => Promise<T> | T): Promise<T> {
    const part = await this.#try(name, open);
    this.onStop(name, () => closeOf(part));
    return part;
  }

  /** A part that is opened when somebody first wants it, once, and closed if it was. What has failed is tried anew. */
  lazily<T extends Closable>(name: string, open: () => Promise<T>): () => Promise<T> {
    const opening = once(open);
    let last: Promise<T> | undefined;
    this.onStop(name, async () => {
      const part = await last?.catch(() => undefined);
      if (part !== undefined) await closeOf(part);
    });
    return () => {
      last = opening();
      return last;
    };
  }

  /** Runs a step of the start that leaves nothing to close. */
  async step<T>(name: string, run: () => Promise<T> | T): Promise<T> {
    return await this.#try(name, run);
  }

  /** Registers what must be done on the way down, after everything that started later. */
  onStop(name: string, close: () => Promise<void> | void): void {
    this.#parts.push({ name, close });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #try<T>(name: string, run: () => Promise<T> | T): Promise<T> {
    try {
      return await run();
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw new StartFailed(name, error);
    }
  }

  async #close(): Promise<void> {
    for (const { name, close } of this.#parts.toReversed()) {
      try {
        await close();
      } catch (error) {
        this.#log.closeFailed(name, error);
      }
    }
  }
}

async function closeOf(part: Closable): Promise<void> {
  await (Symbol.asyncDispose in part ? part[Symbol.asyncDispose]() : part[Symbol.dispose]());
}
