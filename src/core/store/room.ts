import { Fault } from "../../protocol/fault.ts";
import type { NewCall, Store } from "./store.ts";

const retryMs = 5000;

/**
 * How much of the data folder's cap is taken: what the last sweep counted and what was written since. Beyond
 * the cap new calls are refused once a sweep could not make room; what was acknowledged goes on.
 */
export class Room {
  /** Told when the cap is passed, and again whenever a call is refused. */
  onPassed: () => void = () => {};
  readonly maxBytes: number;
  #bytes = 0;
  #isFull = false;

  constructor(parts: { maxBytes: number }) {
    this.maxBytes = parts.maxBytes;
  }

  get isPassed(): boolean {
    return this.#bytes > this.maxBytes;
  }

  /** What a sweep has left. */
  counted(bytes: number): void {
    this.#bytes = bytes;
    this.#isFull = this.isPassed;
  }

  /** What was written since. */
  took(bytes: number): void {
    const wasPassed = this.isPassed;
    this.#bytes += bytes;
    if (!wasPassed && this.isPassed) this.onPassed();
  }

  /** Refuses with `store.full` where there is none for a new call. */
  check(): void {
    if (!this.#isFull) return;
    this.onPassed();
    throw new Fault("store.full", "Cannot accept a call: the data folder is at its cap, expected room", {
      facts: { maxBytes: this.maxBytes },
      retryAfterMs: retryMs,
    });
  }
}

/** The store with a look at the room before every new call. */
export function withinRoom(store: Store, room: Room): Store {
  return {
    ...store,
    accept: async (call) => {
      room.check();
      const accepted = await store.accept(call);
      if (accepted.kind === "new") room.took(bytesOf(call));
      return accepted;
    },
    append: async (append) => {
      const appended = await store.append(append);
      if (appended.kind === "ok") room.took(bytesOf(append));
      return appended;
    },
    recordTurns: async (request) => {
      const recorded = await store.recordTurns(request);
      const bytes = request.turns.reduce((sum, { text, more }) => sum + text.length + more.length, 0);
      if (recorded === "recorded") room.took(bytes);
      return recorded;
    },
  };
}

function bytesOf({ input = "", options = "", entries }: Pick<NewCall, "entries"> & Partial<NewCall>): number {
  return entries.reduce((sum, { data }) => sum + data.length, input.length + options.length);
}
