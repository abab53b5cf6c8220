import { orAborted } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../protocol/fault.ts";
import type { PrincipalId } from "../../protocol/ids.ts";
import type { UpstreamServer } from "./server.ts";
import { ServerSessions } from "./server-sessions.ts";
import type { ToolList, UpstreamConnector, UpstreamUser } from "./upstream.ts";
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

type Listener = (principal?: PrincipalId) => void;

/** The servers behind this daemon. What one of them does costs nobody but its own callers. */
export class Upstreams implements AsyncDisposable {
  readonly #servers: ReadonlyMap<string, ServerSessions>;
  readonly #listeners = new Set<Listener>();
  readonly #settled: Promise<void>;
  readonly #late: Disposable;

  /** Asks every server at once what it has. */
  constructor({ servers, ...parts }: UpstreamsParts) {
    const onChange: Listener = (principal) => {
      for (const listener of this.#listeners) listener(principal);
    };
    const there = servers.filter(({ disabled }) => !disabled);
    this.#servers = new Map(there.map((server) => [server.name, new ServerSessions({ ...parts, server, onChange })]));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#late = parts.clock.timer(settleMs, resolve);
    void Promise.all(this.all.map((server) => server.look())).then(() => {
      this.#late[Symbol.dispose]();
      resolve();
    });
    this.#settled = promise;
  }

  get all(): readonly ServerSessions[] {
    return [...this.#servers.values()];
  }

  server(name: string): ServerSessions | undefined {
    return this.#servers.get(name);
  }

  /** What of each server this user may use, as far as it is known. */
  *listsOf({ principal, role }: Pick<UpstreamUser, "principal" | "role">): Iterable<[UpstreamServer, ToolList]> {
    for (const server of this.all) {
      const list = server.refusal({ role }) === undefined ? server.listOf(principal) : undefined;
      if (list !== undefined) yield [server.server, list];
    }
  }

  /** A way to the server of this name for this user's calls alone. */
  async enter(name: string, user: UpstreamUser, signal: AbortSignal): Promise<Lease> {
    const server = this.#servers.get(name);
    if (server === undefined)
      throw new Fault("upstream.unavailable", `Cannot use ${name}: the settings name no such server`);
    return await server.enter(user, signal);
  }

  /** Fires when lists have changed: one principal's, or everybody's. */
  onChange(listener: Listener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Resolves once each was asked, at the latest after 5 s. */
  async settled(signal: AbortSignal): Promise<void> {
    await orAborted(this.#settled, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#late[Symbol.dispose]();
    await Promise.all(this.all.map((server) => server[Symbol.asyncDispose]()));
  }
}
