import { addAbortListener } from "node:events";
import { Cancelled, LinkedAbort } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";

/**
 * How long an answer may wait: until the client's limit, its cancellation, or the daemon's stop. While a user
 * thinks about a question the limit stands still: a client that shows one waits for its user.
 */
export class Patience implements Disposable {
  readonly #clock: Clock;
  readonly #wait: LinkedAbort;
  readonly #stopping: Disposable;
  #leftMs: number;
  #sinceMs: number | undefined;
  #timer: Disposable | undefined;
  #over = false;

  constructor(parts: { clock: Clock; signal: AbortSignal; stopping: AbortSignal; waitMs: number }) {
    this.#clock = parts.clock;
    this.#leftMs = parts.waitMs;
    this.#wait = new LinkedAbort(parts.signal);
    this.#stopping = addAbortListener(parts.stopping, () => this.#end(new Cancelled("shutdown")));
    this.go();
  }

  /** Aborts when the wait is over, or nobody waits any more. */
  get signal(): AbortSignal {
    return this.#wait.signal;
  }

  /** The limit has passed, or the daemon stops: whoever waits gets the handle. */
  get isOver(): boolean {
    return this.#over;
  }

  /** The limit stands still until `go`. Idempotent. */
  stand(): void {
    if (this.#sinceMs === undefined) return;
    this.#leftMs -= this.#clock.monotonicMs() - this.#sinceMs;
    this.#sinceMs = undefined;
    this.#timer?.[Symbol.dispose]();
  }

  /** What was left of the limit runs on. Idempotent. */
  go(): void {
    if (this.#sinceMs !== undefined) return;
    this.#sinceMs = this.#clock.monotonicMs();
    this.#timer = this.#clock.timer(Math.max(0, this.#leftMs), () => this.#end(new Cancelled("limit")));
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#stopping[Symbol.dispose]();
    this.#wait[Symbol.dispose]();
  }

  #end(reason: Cancelled): void {
    this.#over = true;
    this.#wait.abort(reason);
  }
}
