import { parseTraceparent } from "../../base/traceparent.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallView, Result, Usage } from "../../protocol/result.ts";
import { type Ending, endingByCause, endingByError } from "./ending.ts";
import type { RunParts } from "./run-parts.ts";

/** How a call ends: by what its tool came to, or by what was decided about it before. Only one ending is written. */
export class Conclusion {
  readonly #parts: RunParts;
  readonly #usage: () => Usage;
  #reason: string | undefined;
  #told: Pick<CallView, "result" | "fault" | "usage"> | undefined;

  /** `usage` answers what the call has used up to now. */
  constructor(parts: RunParts, usage: () => Usage) {
    this.#parts = parts;
    this.#usage = usage;
  }

  /** What its callers see of the ending, once there is one. */
  get told(): Pick<CallView, "result" | "fault" | "usage"> | undefined {
    return this.#told;
  }

  /** Why it is being ended, in words. */
  because(reason: string | undefined): void {
    this.#reason = reason;
  }

  /**
   * The call's ending, once. Where its end was decided before, that stands, and the result is kept as what it had come
   * to.
   */
  succeed(result: Result): void {
    const { outbox } = this.#parts;
    const ending = { result, usage: this.#usage() };
    if (outbox.emit("call.succeeded", ending)) {
      this.#told = ending;
      return;
    }
    outbox.emit("step.recorded", { step: "result", outcome: "done", value: result });
    const by = outbox.state.cancelling;
    if (by !== undefined) this.#write(endingByCause({ by, partial: true, ...this.#why() }));
  }

  /**
   * The ending for an error, once: a `Fault` as it is, anything else as `internal`, told in full to the log alone.
   * Nothing where another owns the call now.
   */
  fail(error: unknown): void {
    const { outbox } = this.#parts;
    if (outbox.isLost) return;
    const by = outbox.state.cancelling;
    if (by === undefined) this.#write(this.#endingBy(error));
    else this.#write(endingByCause({ by, partial: false, ...this.#why() }, error));
  }

  #endingBy(error: unknown): Ending {
    if (!(error instanceof Fault)) this.#parts.services.watch.bug(error, this.#parts.row.id);
    return endingByError(error);
  }

  #why(): { reason?: string } {
    return this.#reason === undefined ? {} : { reason: this.#reason };
  }

  #write({ type, fault }: Ending): void {
    const { outbox, options } = this.#parts;
    const data = { fault: fault.view(parseTraceparent(options.traceparent)?.traceId), usage: this.#usage() };
    if (outbox.emit(type, data)) this.#told = data;
  }
}
