import { Fault } from "../../protocol/fault.ts";
import type { Called } from "./bind-verbs.ts";
import type { NewCall } from "./store.ts";

/** What became of one verb. */
export type Outcome = { value: unknown } | { error: unknown };

/** Commits the batch, or as much from its front as can be answered at once: one verb at least. */
type Commit = (batch: readonly Called[]) => Promise<readonly Outcome[]>;

/** Told how long each batch took, and how many verbs it held. */
export type OnCommit = (ms: number, verbs: number) => void;

interface Waiting {
  called: Called;
  /** How large it is, about. */
  chars: number;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** A commit that grows without end would keep everybody waiting for its last verb. */
const maxBatch = 1024;
/** What goes to the engine at once is held twice for that time. */
const maxBatchChars = 8 * 1024 * 1024;

/**
 * Group commit, the idea of D. DeWitt and others, "Implementation Techniques for Main Memory Database Systems"
 * (SIGMOD 1984). The verbs that are called in one go, before the loop turns to something else, reach the engine
 * together; while they are there, the next ones gather. What the engine left over goes first with the next batch. A
 * batch that cannot be committed fails all its verbs with the same error.
 */
export class GroupCommit implements AsyncDisposable {
  readonly #commit: Commit;
  readonly #onCommit: OnCommit | undefined;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(parts: { commit: Commit; onCommit?: OnCommit | undefined }) {
    this.#commit = parts.commit;
    this.#onCommit = parts.onCommit;
  }

  /** Resolves once its batch is durable, in the order of the calls; rejects as the verb or its whole batch failed. */
  run(called: Called): Promise<unknown> {
    if (this.#closed)
      return Promise.reject(new Fault("store.unavailable", "Cannot use the store: it is closed, expected an open one"));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ called, chars: charsOf(called), resolve, reject });
      this.#running ??= this.#drain();
    });
  }

  /** What waits is with the engine before anybody goes on with an answer: neither stands idle for the other. */
  async #drain(): Promise<void> {
    // Not the turn's end: who has waited for that would wait until others have had the next turn.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, fitting(this.#waiting));
      try {
        const startedMs = performance.now();
        const outcomes = await this.#commit(batch.map((waiting) => waiting.called));
        this.#onCommit?.(performance.now() - startedMs, outcomes.length);
        this.#settle(batch, outcomes);
      } catch (error) {
        for (const waiting of batch) waiting.reject(error);
      }
    }
    this.#running = undefined;
  }

  #settle(batch: readonly Waiting[], outcomes: readonly Outcome[]): void {
    if (outcomes.length === 0) throw new Error("The engine answered none of the verbs that it was given");
    for (const [index, outcome] of outcomes.entries()) settle(batch[index], outcome);
    if (outcomes.length < batch.length) this.#waiting.unshift(...batch.slice(outcomes.length));
  }

  /** Refuses new verbs and waits for those that were called. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#running;
  }
}

function settle(waiting: Waiting | undefined, outcome: Outcome): void {
  if ("error" in outcome) waiting?.reject(outcome.error);
  else waiting?.resolve(outcome.value);
}

/** How many of those that wait make a batch. */
function fitting(waiting: readonly Waiting[]): number {
  const most = Math.min(waiting.length, maxBatch);
  let chars = 0;
  for (let index = 0; index < most; index++) {
    chars += waiting[index]?.chars ?? 0;
    if (index > 0 && chars > maxBatchChars) return index;
  }
  return most;
}

/** Only new calls and events are large. What they take is known when they are written: until then, about. */
function charsOf({ request }: Called): number {
  const { input = "", options = "", entries = [] } = (request ?? {}) as Partial<NewCall>;
  let chars = input.length + options.length;
  for (const { data } of entries) chars += data.length;
  return chars;
}
