import { Fault } from "../../protocol/fault.ts";
import type { PrincipalId } from "../../protocol/ids.ts";
import { bytesIn, type Holding } from "./holding.ts";
import type { Store } from "./store.ts";

const retryMs = 5000;

/**
 * How much of the data folder's cap is taken: what the last sweep counted and what was written since. Beyond the cap,
 * where a sweep could not make room, whoever holds more than an equal share of it starts no new call, and others do;
 * what was acknowledged goes on.
 */
export class Room {
  /** For store and outputs together. */
  readonly maxBytes: number;
  readonly #listeners = new Set<() => void>();
  #bytes = 0;
  #isFull = false;
  #held = new Map<PrincipalId, number>();

  constructor(parts: { maxBytes: number }) {
    this.maxBytes = parts.maxBytes;
  }

  /** Whether more is held than may be, as far as that is counted. */
  get isPassed(): boolean {
    return this.#bytes > this.maxBytes;
  }

  /** Tells when the cap is passed, and again with whatever is asked of a full folder. */
  onPassed(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** What a sweep has left to each. */
  counted(holdings: readonly Holding[]): void {
    this.#bytes = bytesIn(holdings);
    this.#held = new Map(holdings.map(({ principal, bytes }) => [principal, bytes]));
    this.#isFull = this.isPassed;
  }

  /** What was written since, and fewer than none where something went. */
  took(bytes: number): void {
    const wasPassed = this.isPassed;
    this.#bytes += bytes;
    if (!wasPassed && this.isPassed) this.#tell();
  }

  /** Refuses with `store.full` where there is none for a new call of this principal. */
  check(principal: PrincipalId): void {
    if (!this.#isFull) return;
    this.#tell();
    const held = this.#held.get(principal) ?? 0;
    const share = Math.floor(this.maxBytes / this.#held.size);
    if (held <= share) return;
    const fact = `the data folder is at its cap and ${held} bytes of it are this principal's`;
    throw new Fault("store.full", `Cannot accept a call: ${fact}, expected at most ${share}`, {
      facts: { maxBytes: this.maxBytes, held, share },
      retryAfterMs: retryMs,
    });
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** The store with a look at the room before every new call. */
export function withinRoom(store: Store, room: Room): Store {
  return {
    ...store,
    accept: async (call) => {
      room.check(call.principal);
      const accepted = await store.accept(call);
      if (accepted.kind === "new") room.took(accepted.bytes);
      return accepted;
    },
    append: async (append) => {
      const appended = await store.append(append);
      if (appended.kind === "ok") room.took(appended.bytes);
      return appended;
    },
    recordTurns: async (request) => {
      const recorded = await store.recordTurns(request);
      if (typeof recorded === "object") room.took(recorded.bytes);
      return recorded;
    },
    copyThread: async (request) => {
      const copied = await store.copyThread(request);
      if (typeof copied === "object") room.took(copied.bytes);
      return copied;
    },
  };
}
