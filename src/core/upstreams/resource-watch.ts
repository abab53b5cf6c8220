import { Cancelled, orAborted } from "../../base/abort.ts";
import { type Clock, sleep } from "../../base/clock.ts";
import { Fault } from "../../protocol/fault.ts";
import { Relisting } from "./relisting.ts";
import type { Lease } from "./upstream-session.ts";

/** A server that was lost, or refuses, is asked again no sooner. */
const againMs = 1000;
const longAgainMs = 30_000;

export interface ResourceWatchParts {
  clock: Clock;
  uri: string;
  enter: (signal: AbortSignal) => Promise<Lease>;
  /** It may have changed. */
  onUpdated: () => void;
}

/**
 * Tells of a resource until it is disposed, at most once a second; also over the end of the session, of which it
 * tells as of a change. The session lasts as long as somebody watches.
 */
export class ResourceWatch implements Disposable {
  readonly #parts: ResourceWatchParts;
  readonly #over = new AbortController();
  readonly #news: Relisting;
  readonly #begun = Promise.withResolvers<void>();
  #isLate = false;

  constructor(parts: ResourceWatchParts) {
    this.#parts = parts;
    this.#news = new Relisting({ clock: parts.clock, read: async () => parts.onUpdated() });
    void this.#live();
  }

  /** Resolves once the server was asked to tell of it, or after so long; that it is later is told as a change. */
  async begun(withinMs: number): Promise<void> {
    const late = Promise.withResolvers<void>();
    using _timer = this.#parts.clock.timer(withinMs, () => {
      this.#isLate = true;
      late.resolve();
    });
    await Promise.race([this.#begun.promise, late.promise]);
  }

  [Symbol.dispose](): void {
    this.#over.abort(new Cancelled("caller"));
    this.#begun.resolve();
    this.#news[Symbol.dispose]();
  }

  async #live(): Promise<void> {
    const { clock } = this.#parts;
    const { signal } = this.#over;
    while (!signal.aborted) {
      const waitMs = await this.#watchOnce();
      if (waitMs === undefined) return;
      await sleep(clock, waitMs, signal).catch(() => {});
    }
  }

  /** Resolves, once it is over, with the milliseconds after which it begins anew; with nothing where it never will. */
  async #watchOnce(): Promise<number | undefined> {
    const { uri, enter } = this.#parts;
    const { signal } = this.#over;
    try {
      using lease = await enter(signal);
      await using watching = await lease.watch(uri, () => this.#news.changed(), signal);
      this.#begun.resolve();
      if (watching === undefined) return undefined;
      if (this.#isLate) this.#news.changed();
      await orAborted(Promise.race([watching.over, lease.ended]), signal);
      // What has changed since then nobody was told.
      this.#isLate = true;
      return againMs;
    } catch (error) {
      this.#begun.resolve();
      this.#isLate = true;
      return error instanceof Fault ? Math.max(error.retry.afterMs ?? longAgainMs, againMs) : longAgainMs;
    }
  }
}
