import { Cancelled, LinkedAbort, type Stop } from "../../base/abort.ts";
import type { Admission, Ask, Permit } from "../admission/admission.ts";
import type { Gate } from "./gate.ts";

/**
 * What a call holds of the daemon's permits, over pauses and questions: taken once all are there, parked while
 * it does nothing (a command keeps its slot, a thread its place), regained ahead of its session's new calls.
 */
export class CallPermits implements Disposable {
  readonly #admission: Admission;
  readonly #ask: Omit<Ask, "ahead" | "parked">;
  readonly #gate: Gate;
  #permit: Permit | undefined;
  #line: LinkedAbort | undefined;
  #state: "none" | "held" | "parked" = "none";
  #waitedMs = 0;

  constructor(parts: { admission: Admission; ask: Omit<Ask, "ahead" | "parked">; gate: Gate }) {
    this.#admission = parts.admission;
    this.#ask = parts.ask;
    this.#gate = parts.gate;
  }

  /** Milliseconds in line so far. */
  get waitedMs(): number {
    return this.#waitedMs;
  }

  /** Takes the permits where all are free now; answers whether it has them. */
  takeNow(stop: Stop): boolean {
    stop.throwIfDecided();
    const free = this.#gate.isOpen ? this.#admission.enterNow({ ...this.#ask, ahead: false }) : undefined;
    if (free !== undefined) this.#hold(free);
    return free !== undefined;
  }

  /** Waits in line; a rest leaves the line, and its end goes back to the head. Faults: `admission.waited`, `admission.queue-full`. */
  async take(stop: Stop): Promise<void> {
    for (let ahead = false; this.#state === "none"; ahead = true) {
      await this.#gate.passed(stop.signal);
      const permit = await this.#inLine({ ...this.#ask, ahead }, stop.signal);
      if (permit !== undefined && this.#gate.isOpen) this.#hold(permit);
      else permit?.[Symbol.dispose]();
    }
  }

  /** Gives back what a rest gives back, and leaves the line. */
  park(): void {
    this.leaveLine();
    if (this.#state !== "held") return;
    this.#state = "parked";
    this.#permit = this.#permit?.park();
  }

  /** Nothing is waited for any more: `take` and `regain` go on as they stand. */
  leaveLine(): void {
    this.#line?.abort(new Cancelled("caller", "left the line"));
  }

  /** True once everything that was parked is back; false where the line was left. */
  async regain(signal: AbortSignal): Promise<boolean> {
    if (this.#state !== "parked" || this.#permit === undefined) return true;
    const permit = await this.#inLine({ ...this.#ask, ahead: true, parked: this.#permit }, signal);
    if (permit !== undefined) this.#hold(permit);
    return permit !== undefined;
  }

  /** A slot at a provider for one model request: the one that came with the grant, or else one waited for. */
  async slot(provider: string, signal: AbortSignal): Promise<Disposable> {
    return this.#permit?.lend(provider) ?? (await this.#admission.leaf(provider, this.#ask.principal, signal));
  }

  /**
   * Leaves the permits with a tool that goes on after its call has ended: they are counted apart until the
   * returned disposable gives them back.
   */
  quarantine(): Disposable {
    const left = this.#permit;
    this.#permit = undefined;
    left?.quarantine();
    return { [Symbol.dispose]: () => left?.[Symbol.dispose]() };
  }

  [Symbol.dispose](): void {
    this.#permit?.[Symbol.dispose]();
  }

  #hold(permit: Permit): void {
    this.#permit = permit;
    this.#state = "held";
    this.#waitedMs += permit.waitedMs;
  }

  /** `undefined` where the line was left. */
  async #inLine(ask: Ask, signal: AbortSignal): Promise<Permit | undefined> {
    using line = new LinkedAbort(signal);
    this.#line = line;
    try {
      return await this.#admission.enter(ask, line.signal);
    } catch (error) {
      if (signal.aborted || !line.signal.aborted) throw error;
      return undefined;
    } finally {
      this.#line = undefined;
    }
  }
}
