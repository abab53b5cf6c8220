import type { LinkState } from "./link.ts";
import { OutcomeUnknown } from "./outcome-unknown.ts";

interface Connected {
  readonly state: LinkState;
  onState(listener: (state: LinkState) => void): Disposable;
}

/**
 * A signal for a start that aborts once the caller has given up and there is no connection over which an answer
 * could come: with the caller's reason if nothing was sent, otherwise with `OutcomeUnknown`.
 */
export function givingUp(client: Connected, signal: AbortSignal): { signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  let wasOpen = client.state === "open";
  const look = () => {
    wasOpen ||= client.state === "open";
    if (signal.aborted && client.state !== "open") {
      controller.abort(wasOpen ? new OutcomeUnknown("call.start") : signal.reason);
    }
  };
  const watching = client.onState(look);
  signal.addEventListener("abort", look, { once: true });
  const stop = () => {
    watching[Symbol.dispose]();
    signal.removeEventListener("abort", look);
  };
  return { signal: controller.signal, [Symbol.dispose]: stop };
}
