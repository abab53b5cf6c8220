import type { ServerEvent } from "@modelcontextprotocol/server";
import type { PrincipalId } from "../../protocol/ids.ts";

type Listener = (event: ServerEvent) => void;

/** Who is told that a list or a resource has changed. */
export class Subscriptions {
  readonly #listeners = new Map<Listener, PrincipalId>();

  /** Hears of what is everybody's, and of what is this principal's own. */
  onChange(principal: PrincipalId, listener: Listener): Disposable {
    // Two of one function are two.
    const own: Listener = (event) => listener(event);
    this.#listeners.set(own, principal);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  /** Told to this principal's peers alone; to everybody where none is named. */
  changed(event: ServerEvent, principal?: PrincipalId): void {
    for (const [listener, whose] of [...this.#listeners])
      if (principal === undefined || whose === principal) listener(event);
  }
}
