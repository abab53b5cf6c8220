import { Fault } from "../../protocol/fault.ts";
import type { Called } from "./bind-verbs.ts";
import type { NewCall } from "./store.ts";

/** What became of one verb. */
export type Outcome = { value: unknown } | { error: unknown };

/** Whether a batch is new to the engine, or what of one it had no room to answer: it does nothing else before that. */
export type Turn = "next" | "rest";

/** Commits the batch, or as much from its front as can be answered at once: one verb at least. */
type Commit = (batch: readonly Called[], turn: Turn) => Promise<readonly Outcome[]>;

/** Told how long the engine had each batch, its wait for those before it included, and how many verbs it held. */
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
 * together; while it has as many batches as it takes ahead, the next verbs gather. What the engine left over of a batch
 * is back with it before anything else. A batch that cannot be committed fails all its verbs with the same error.
 */
export class GroupCommit implements AsyncDisposable {
  readonly #commit: Commit;
  readonly #onCommit: OnCommit | undefined;
  readonly #ahead: number;
  #waiting: Waiting[] = [];
  /** Batches that the engine has. */
  #underWay = 0;
  /** How large they are together. */
  #underWayChars = 0;
  #isDue = false;
  #idle: PromiseWithResolvers<void> | undefined;
  #closed = false;

  /** `ahead` is how many batches the engine may have at once: one, unless it keeps them in order itself. */
  constructor(parts: { commit: Commit; onCommit?: OnCommit | undefined; ahead?: number }) {
    this.#commit = parts.commit;
    this.#onCommit = parts.onCommit;
    this.#ahead = parts.ahead ?? 1;
  }

  /** Resolves once its batch is durable, in the order of the calls; rejects as the verb or its whole batch failed. */
  run(called: Called): Promise<unknown> {
    if (this.#closed)
      return Promise.reject(new Fault("store.unavailable", "Cannot use the store: it is closed, expected an open one"));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ called, chars: charsOf(called), resolve, reject });
      if (this.#isDue) return;
      this.#isDue = true;
      // Not the turn's end: who has waited for that would wait until others have had the next turn.
      process.nextTick(this.#handOver);
    });
  }

  readonly #handOver = (): void => {
    this.#isDue = false;
    while (this.#waiting.length > 0 && this.#takesMore)
      void this.#carry(this.#waiting.splice(0, fitting(this.#waiting)));
    if (this.#underWay === 0) this.#idle?.resolve();
  };

  /** What is large is not given ahead: whoever comes behind it would wait for all of it. */
  get #takesMore(): boolean {
    return this.#underWay === 0 || (this.#underWay < this.#ahead && this.#underWayChars < maxBatchChars);
  }

  /** What waits is with the engine before anybody goes on with an answer: neither stands idle for the other. */
  async #carry(batch: readonly Waiting[]): Promise<void> {
    const chars = batch.reduce((sum, waiting) => sum + waiting.chars, 0);
    this.#underWay += 1;
    this.#underWayChars += chars;
    let left = batch;
    try {
      for (let turn: Turn = "next"; left.length > 0; turn = "rest")
        left = settled(left, await this.#outcomes(left, turn));
    } catch (error) {
      for (const waiting of left) waiting.reject(error);
    }
    this.#underWay -= 1;
    this.#underWayChars -= chars;
    this.#handOver();
  }

  async #outcomes(batch: readonly Waiting[], turn: Turn): Promise<readonly Outcome[]> {
    const called = batch.map((waiting) => waiting.called);
    const startedMs = performance.now();
    const outcomes = await this.#commit(called, turn);
    this.#onCommit?.(performance.now() - startedMs, outcomes.length);
    return outcomes;
  }

  /** Refuses new verbs and waits for those that were called. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    if (this.#underWay === 0 && !this.#isDue) return;
    this.#idle ??= Promise.withResolvers();
    await this.#idle.promise;
  }
}

/** Tells those whose verbs were done what became of them; answers what was left over. */
function settled(batch: readonly Waiting[], outcomes: readonly Outcome[]): readonly Waiting[] {
  if (outcomes.length === 0) throw new Error("The engine answered none of the verbs that it was given");
  for (const [index, outcome] of outcomes.entries()) {
    if ("error" in outcome) batch[index]?.reject(outcome.error);
    else batch[index]?.resolve(outcome.value);
  }
  return batch.slice(outcomes.length);
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
