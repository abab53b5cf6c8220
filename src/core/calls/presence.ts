import type { Clock } from "../../base/clock.ts";
import { ReferenceCounts } from "../../base/reference-counts.ts";
import type { CallId, SessionId } from "../../protocol/ids.ts";

/** Whom a call would miss: its session, or the one request that waits for it. */
export type Client = { session: SessionId } | { waiter: CallId };

interface Presence {
  here: number;
  /** Since when it has had no connection. */
  leftMs: number | undefined;
  /** Runs on while it comes and goes, as it does with every request: what it finds then decides. */
  timer: Disposable | undefined;
}

/**
 * Who is still there. A client has left when it has had no connection for the grace time; a follower that
 * holds a call keeps it from being missed.
 */
export class Presences implements Disposable {
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #known = new Map<string, Presence>();
  readonly #holds = new ReferenceCounts<CallId>();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #listenersOfAll = new Set<(client: Client) => void>();

  constructor(parts: { clock: Clock; graceMs: number }) {
    this.#clock = parts.clock;
    this.#graceMs = parts.graceMs;
  }

  /** A connection of this client; disposing says that it is gone. */
  arrive(client: Client): Disposable {
    const presence = this.#presence(client);
    presence.here += 1;
    presence.leftMs = undefined;
    let gone = false;
    return {
      [Symbol.dispose]: () => {
        if (gone) return;
        gone = true;
        presence.here -= 1;
        if (presence.here === 0 && this.#known.get(keyOf(client)) === presence) this.expect(client);
      },
    };
  }

  /** Begins the grace time of a client that is not here; after a restart for every session with a running call. */
  expect(client: Client): void {
    const presence = this.#presence(client);
    if (presence.here > 0 || presence.leftMs !== undefined) return;
    presence.leftMs = this.#clock.monotonicMs();
    presence.timer ??= this.#clock.timer(this.#graceMs, () => this.#look(client, presence));
  }

  /** From now on nobody misses this client: its call has ended, or its handle was given out. */
  forget(client: Client): void {
    this.#known.get(keyOf(client))?.timer?.[Symbol.dispose]();
    this.#known.delete(keyOf(client));
  }

  /** Tells of every client that has left, once per leaving. */
  onLeft(listener: (client: Client) => void): Disposable {
    this.#listenersOfAll.add(listener);
    return { [Symbol.dispose]: () => void this.#listenersOfAll.delete(listener) };
  }

  /** Tells once when the client has left, at once where nobody expects it any more. */
  whenLeft(client: Client, listener: () => void): Disposable {
    const key = keyOf(client);
    if (!this.#known.has(key)) {
      listener();
      return { [Symbol.dispose]() {} };
    }
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    return {
      [Symbol.dispose]: () => {
        listeners.delete(listener);
        if (listeners.size === 0 && this.#listeners.get(key) === listeners) this.#listeners.delete(key);
      },
    };
  }

  /** Keeps a call from being missed while it is held. */
  hold(call: CallId): Disposable {
    return this.#holds.hold(call);
  }

  /** Whether anybody holds it now. */
  isHeld(call: CallId): boolean {
    return this.#holds.of(call) > 0;
  }

  /** How many clients have a connection now. */
  get connected(): number {
    let count = 0;
    for (const presence of this.#known.values()) if (presence.here > 0) count += 1;
    return count;
  }

  [Symbol.dispose](): void {
    for (const presence of this.#known.values()) presence.timer?.[Symbol.dispose]();
    this.#known.clear();
    this.#listeners.clear();
    this.#listenersOfAll.clear();
  }

  /** At the end of a grace time: that of the last leaving may be a later one. */
  #look(client: Client, presence: Presence): void {
    presence.timer = undefined;
    if (presence.leftMs === undefined) return;
    const leftMs = presence.leftMs + this.#graceMs - this.#clock.monotonicMs();
    if (leftMs > 0) {
      presence.timer = this.#clock.timer(leftMs, () => this.#look(client, presence));
      return;
    }
    this.#known.delete(keyOf(client));
    for (const listener of this.#listenersOfAll) listener(client);
    for (const listener of this.#listeners.get(keyOf(client)) ?? []) listener();
  }

  #presence(client: Client): Presence {
    const key = keyOf(client);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const presence: Presence = { here: 0, leftMs: undefined, timer: undefined };
    this.#known.set(key, presence);
    return presence;
  }
}

function keyOf(client: Client): string {
  return "session" in client ? `session:${client.session}` : `waiter:${client.waiter}`;
}
