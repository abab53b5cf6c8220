import type { CallId, SessionId } from "../../protocol/ids.ts";

/** Far more than commands can run at once; what is read stays, what nobody reads goes first. */
const maxKnown = 4096;

/**
 * Which session started a command: at the cap of its output it is that reader who is waited for. Commands
 * do not outlive the daemon, so memory is enough.
 */
export class Starters {
  /** In order of last use. */
  readonly #sessions = new Map<CallId, SessionId>();

  started(call: CallId, session: SessionId): void {
    this.#sessions.delete(call);
    this.#sessions.set(call, session);
    if (this.#sessions.size <= maxKnown) return;
    for (const eldest of this.#sessions.keys()) {
      this.#sessions.delete(eldest);
      return;
    }
  }

  /** Whether the session started it; asking keeps it known. */
  isStarter(call: CallId, session: SessionId): boolean {
    if (this.#sessions.get(call) !== session) return false;
    this.started(call, session);
    return true;
  }

  /** Whether the session started a call whose end nobody was told yet. */
  hasOpen(session: SessionId): boolean {
    for (const starter of this.#sessions.values()) if (starter === session) return true;
    return false;
  }

  ended(call: CallId): void {
    this.#sessions.delete(call);
  }
}
