import { type CancelledBy, orAborted } from "../../base/abort.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Rest } from "./rest.ts";
import type { Pausable } from "./work.ts";

/** A running call, as the one above it steers it. */
export interface Relative {
  readonly row: { readonly id: CallId };
  readonly rest: Pick<Rest, "pause" | "resume">;
  cancel(by: CancelledBy, reason?: string): void;
}

/** The calls below a running one: they begin after it, and end, rest and go on with it. Most calls have none. */
export class Family {
  #children: Set<Relative> | undefined;
  #known: Set<CallId> | undefined;
  #isRunning = false;
  #running: PromiseWithResolvers<void> | undefined;

  /** One more, until it is disposed. */
  adopt(child: Relative): Disposable {
    this.#children ??= new Set();
    this.#known ??= new Set();
    this.#known.add(child.row.id);
    const children = this.#children.add(child);
    return { [Symbol.dispose]: () => void children.delete(child) };
  }

  /** Whether it ran below this call in this start of the daemon. */
  knows(call: CallId): boolean {
    return this.#known?.has(call) === true;
  }

  /** The call's tool runs: there are permits and an account for what is below. */
  toolRuns(): void {
    this.#isRunning = true;
    this.#running?.resolve();
  }

  /** Resolves once the call's tool runs. */
  async ready(signal: AbortSignal): Promise<void> {
    if (this.#isRunning) return;
    this.#running ??= Promise.withResolvers<void>();
    await orAborted(this.#running.promise, signal);
  }

  cancel(by: CancelledBy, reason?: string): void {
    for (const child of this.#children ?? []) child.cancel(by, reason);
  }

  *frozen(): Iterable<Pausable> {
    for (const child of this.#children ?? [])
      yield { pause: () => child.rest.pause("parent"), resume: () => child.rest.resume() };
  }
}
