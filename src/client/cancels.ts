import type { CallId } from "../protocol/ids.ts";
import type { CallHandle } from "./call-handle.ts";

/** Calls that are cancelled with a signal. It may live for much longer than a call: it is let go of when that is known to have ended. */
export class Cancels {
  /** What takes a call's cancel off its signal. */
  readonly #letGo = new Map<CallId, () => void>();

  /** Cancels the call when the signal aborts, at once where it has. */
  cancelOn(signal: AbortSignal, handle: CallHandle): void {
    // How the call ended is told by its handle; a cancel that fails changes nothing about that.
    const cancel = () => void handle.control("cancel").catch(() => {});
    if (signal.aborted) {
      cancel();
      return;
    }
    signal.addEventListener("abort", cancel, { once: true });
    this.#letGo.set(handle.id, () => signal.removeEventListener("abort", cancel));
  }

  /** The call has ended: its signal is let go of. */
  ended(call: CallId): void {
    this.#letGo.get(call)?.();
    this.#letGo.delete(call);
  }

  /** The client has ended: nobody could be told any more. */
  allEnded(): void {
    for (const call of [...this.#letGo.keys()]) this.ended(call);
  }
}
