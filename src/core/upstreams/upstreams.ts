import { orAborted } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import type { UpstreamServer } from "./server.ts";
import { type Change, ServerSessions } from "./server-sessions.ts";
import { removed } from "./session-faults.ts";
import type { Offer, UpstreamConnector, UpstreamUser } from "./upstream.ts";
import type { Lease } from "./upstream-session.ts";

/** Who lists tools does not wait longer for servers that have not answered yet. */
const settleMs = 5000;

export interface UpstreamsParts {
  servers: readonly UpstreamServer[];
  connector: UpstreamConnector;
  clock: Clock;
  /** As whom the daemon itself looks what servers have. */
  daemon: UpstreamUser;
}

type Listener = (change: Change) => void;

/** The servers behind this daemon. What one of them does costs nobody but its own callers. */
export class Upstreams implements AsyncDisposable {
  readonly #parts: Omit<UpstreamsParts, "servers">;
  #servers: ReadonlyMap<string, ServerSessions> = new Map();
  /** Of entries that are gone or others now; each until nothing of it lives. */
  readonly #leaving = new Set<ServerSessions>();
  readonly #listeners = new Set<Listener>();
  readonly #late = new Set<Disposable>();
  #settled: Promise<void>;

  /** Asks every server at once what it has. */
  constructor({ servers, ...parts }: UpstreamsParts) {
    this.#parts = parts;
    this.#servers = this.#sessionsOf(servers);
    this.#settled = this.#look(this.all);
  }

  /** In the order of the settings; those that are on their way out are not among them. */
  get all(): readonly ServerSessions[] {
    return [...this.#servers.values()];
  }

  /**
   * Takes over other entries. What is new is asked what it has; calls of a server that is gone end with
   * `upstream.removed`, those of one whose entry is another go on to their end.
   */
  take(servers: readonly UpstreamServer[]): void {
    const before = this.#servers;
    this.#servers = this.#sessionsOf(servers);
    const begun = this.all.filter((server) => before.get(server.server.name) !== server);
    for (const [name, server] of before) {
      const now = this.#servers.get(name);
      if (now !== server) this.#leave(server, now === undefined ? server.remove(removed(name)) : server.retire());
    }
    this.#settled = this.#look(begun);
    this.#changed({ what: "offer" });
    this.#changed({ what: "resources" });
  }

  /** As the settings name it now; one that was taken out is unknown at once. */
  server(name: string): ServerSessions | undefined {
    return this.#servers.get(name);
  }

  /** What of each server this user may use, as far as it is known. */
  *offersTo({ principal, role }: Pick<UpstreamUser, "principal" | "role">): Iterable<[UpstreamServer, Offer]> {
    for (const server of this.all) {
      const offer = server.refusal({ role }) === undefined ? server.offerTo(principal) : undefined;
      if (offer !== undefined) yield [server.server, offer];
    }
  }

  /** A way to the server of this name for this user's calls alone. */
  async enter(name: string, user: UpstreamUser, signal: AbortSignal): Promise<Lease> {
    const server = this.#servers.get(name);
    if (server === undefined) throw removed(name);
    return await server.enter(user, signal);
  }

  /** Fires when servers have something else. */
  onChange(listener: Listener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Resolves once each that is new was asked, at the latest after 5 s. */
  async settled(signal: AbortSignal): Promise<void> {
    await orAborted(this.#settled, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const late of this.#late) late[Symbol.dispose]();
    await Promise.all([...this.all, ...this.#leaving].map((server) => server[Symbol.asyncDispose]()));
  }

  /** Those of the same entries stay. */
  #sessionsOf(servers: readonly UpstreamServer[]): ReadonlyMap<string, ServerSessions> {
    const there = servers.filter(({ disabled }) => !disabled);
    return new Map(there.map((server) => [server.name, this.#sameOf(server) ?? this.#open(server)]));
  }

  #sameOf(server: UpstreamServer): ServerSessions | undefined {
    const known = this.#servers.get(server.name);
    return known !== undefined && JSON.stringify(known.server) === JSON.stringify(server) ? known : undefined;
  }

  #open(server: UpstreamServer): ServerSessions {
    return new ServerSessions({ ...this.#parts, server, onChange: this.#changed });
  }

  /** Resolves once each of these was asked what it has, or has taken too long. */
  async #look(servers: readonly ServerSessions[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const late = this.#parts.clock.timer(settleMs, resolve);
    this.#late.add(late);
    void Promise.all(servers.map((server) => server.look())).then(() => resolve());
    await promise;
    late[Symbol.dispose]();
    this.#late.delete(late);
  }

  #leave(server: ServerSessions, left: Promise<void>): void {
    this.#leaving.add(server);
    void left.finally(() => this.#leaving.delete(server));
  }

  readonly #changed: Listener = (change) => {
    for (const listener of this.#listeners) listener(change);
  };
}
