import { Fault } from "../../protocol/fault.ts";
import type { Called } from "./verbs/table.ts";

export type Outcome = { value: unknown } | { error: unknown };

type Commit = (batch: readonly Called[]) => Promise<readonly Outcome[]>;

/** Told how long each batch took, and how many verbs it held. */
export type OnCommit = (ms: number, verbs: number) => void;

interface Waiting extends PromiseWithResolvers<unknown> {
  called: Called;
}

/** A commit that grows without end would keep everybody waiting for its last verb. */
const maxBatch = 1024;

/**
 * Group commit. The verbs called in one turn go to the engine together; while they are there, the next ones
 * gather. A batch that cannot be committed fails all its verbs with the same error.
 */
export class Lane implements AsyncDisposable {
  readonly #commit: Commit;
  readonly #onCommit: OnCommit | undefined;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(parts: { commit: Commit; onCommit?: OnCommit | undefined }) {
    this.#commit = parts.commit;
    this.#onCommit = parts.onCommit;
  }

  run(called: Called): Promise<unknown> {
    if (this.#closed)
      return Promise.reject(new Fault("store.unavailable", "Cannot use the store: it is closed, expected an open one"));
    const waiting: Waiting = { called, ...Promise.withResolvers<unknown>() };
    this.#waiting.push(waiting);
    this.#running ??= this.#drain();
    return waiting.promise;
  }

  async #drain(): Promise<void> {
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) await this.#send(this.#waiting.splice(0, maxBatch));
    this.#running = undefined;
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    try {
      const startedMs = performance.now();
      const outcomes = await this.#commit(batch.map((waiting) => waiting.called));
      this.#onCommit?.(performance.now() - startedMs, batch.length);
      for (const [index, waiting] of batch.entries()) settle(waiting, outcomes[index]);
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    }
  }

  /** Refuses new verbs and waits for those that were called. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#running;
  }
}

function settle(waiting: Waiting, outcome: Outcome | undefined): void {
  if (outcome === undefined) waiting.reject(new Error("The engine answered fewer verbs than it was given"));
  else if ("error" in outcome) waiting.reject(outcome.error);
  else waiting.resolve(outcome.value);
}
