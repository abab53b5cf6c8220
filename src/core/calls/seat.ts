import { Cancelled, LinkedAbort } from "../../base/abort.ts";
import type { Admission, Ask, Permit } from "../admission/admission.ts";
import type { Gate } from "./gate.ts";

/**
 * What a call holds of the daemon's permits, over pauses and questions: taken once all are there, parked while
 * it does nothing (a command keeps its slot, a thread its place), regained ahead of its session's new calls.
 */
export class Seat implements Disposable {
  readonly #admission: Admission;
  readonly #ask: Omit<Ask, "ahead">;
  readonly #gate: Gate;
  #permit: Permit | undefined;
  #regained: Permit | undefined;
  #line: LinkedAbort | undefined;
  #parked = false;
  #waitedMs = 0;

  constructor(parts: { admission: Admission; ask: Omit<Ask, "ahead">; gate: Gate }) {
    this.#admission = parts.admission;
    this.#ask = parts.ask;
    this.#gate = parts.gate;
  }

  get waitedMs(): number {
    return this.#waitedMs;
  }

  /** Waits in line; a pause leaves the line, and the end of the pause goes back to its head. */
  async take(signal: AbortSignal): Promise<void> {
    for (let ahead = false; this.#permit === undefined; ahead = true) {
      await this.#gate.passed(signal);
      const permit = await this.#inLine(ahead, signal);
      if (permit !== undefined && this.#gate.isOpen) this.#permit = permit;
      else permit?.[Symbol.dispose]();
    }
    this.#waitedMs += this.#permit.waitedMs;
  }

  /** Gives back what a pause gives back, and leaves the line. */
  park(): void {
    this.#line?.abort(new Cancelled("caller", "paused"));
    this.#regained?.[Symbol.dispose]();
    this.#regained = undefined;
    if (this.#parked || this.#permit === undefined) return;
    this.#parked = true;
    this.#permit = this.#permit.park();
  }

  /** Resolves when everything that was parked is back. */
  async regain(signal: AbortSignal): Promise<void> {
    if (!this.#parked || this.#ask.lane === "command" || this.#regained !== undefined) return;
    const { thread: _, ...ask } = this.#ask;
    this.#regained = await this.#admission.enter({ ...ask, ahead: true }, signal);
    this.#waitedMs += this.#regained.waitedMs;
  }

  /**
   * Leaves the permits with a tool that goes on after its call has ended: they are counted apart until the
   * returned disposable gives them back.
   */
  quarantine(): Disposable {
    const left = [this.#regained, this.#permit].filter((permit) => permit !== undefined);
    this.#regained = this.#permit = undefined;
    for (const permit of left) permit.quarantine();
    const giveBack = () => {
      for (const permit of left) permit[Symbol.dispose]();
    };
    return { [Symbol.dispose]: giveBack };
  }

  [Symbol.dispose](): void {
    this.#regained?.[Symbol.dispose]();
    this.#permit?.[Symbol.dispose]();
  }

  /** `undefined` where a pause took it out of the line. */
  async #inLine(ahead: boolean, signal: AbortSignal): Promise<Permit | undefined> {
    using line = new LinkedAbort(signal);
    this.#line = line;
    try {
      return await this.#admission.enter({ ...this.#ask, ahead }, line.signal);
    } catch (error) {
      if (this.#gate.isOpen || signal.aborted) throw error;
      return undefined;
    } finally {
      this.#line = undefined;
    }
  }
}
