import { addAbortListener } from "node:events";

/** Who ended the work. The abort reason of every signal that EXAI raises is a {@link Cancelled}. */
export type CancelledBy = "caller" | "deadline" | "limit" | "shutdown";

/** The reason a signal carries when work is stopped on purpose: expected, and no bug. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
  readonly by: CancelledBy;

  constructor(by: CancelledBy, message = `Cancelled by ${by}`) {
    super(message);
    this.by = by;
  }
}

/** Asks the signal, never the error: why it ended, or `undefined` while it has not. */
export function stoppedBy(signal: AbortSignal): CancelledBy | undefined {
  if (!signal.aborted) return undefined;
  return signal.reason instanceof Cancelled ? signal.reason.by : "caller";
}

/**
 * A controller that follows a parent signal and lets go of it when disposed.
 * `AbortSignal.any` keeps every derived signal on a long-lived parent; this does not.
 */
export class LinkedAbort implements Disposable {
  readonly #controller = new AbortController();
  readonly #link: Disposable;

  constructor(parent: AbortSignal) {
    const follow = () => this.#controller.abort(parent.reason);
    // A listener on an already aborted signal would only be told a microtask later.
    if (parent.aborted) follow();
    this.#link = addAbortListener(parent, follow);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: Cancelled): void {
    this.#controller.abort(reason);
  }

  [Symbol.dispose](): void {
    this.#link[Symbol.dispose]();
  }
}

/** Resolves or rejects with `promise`, or rejects with the signal's reason if that comes first. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  using _link = addAbortListener(signal, () => reject(signal.reason));
  return await Promise.race([promise, aborted]);
}

/**
 * The decision to stop a piece of work, made once. Its signal is there for whoever asks for it: most work is
 * over before anybody does.
 */
export class Stop<Reason extends Error = Cancelled> {
  #controller: AbortController | undefined;
  #reason: Reason | undefined;

  /** Why it was decided, once it is. */
  get reason(): Reason | undefined {
    return this.#reason;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  throwIfDecided(): void {
    if (this.#reason !== undefined) throw this.#reason;
  }

  /** The first reason stays. */
  decide(reason: Reason): void {
    this.#reason ??= reason;
    this.#controller?.abort(this.#reason);
  }
}
