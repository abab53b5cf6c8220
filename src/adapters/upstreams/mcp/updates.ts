import type { Client } from "@modelcontextprotocol/client";
import type { Watching } from "../../../core/upstreams/upstream.ts";

/** Asks a server to tell of an address, in the way of its revision; resolves with how to end that. */
type Subscribe = (uri: string, signal: AbortSignal) => Promise<Watching>;

interface Watched {
  listeners: Set<() => void>;
  subscribed: Promise<Watching>;
}

/** Who is told when a server says that a resource has changed: it is asked once for all who watch the same. */
export class Updates {
  readonly #subscribe: Subscribe;
  readonly #watched = new Map<string, Watched>();

  constructor({ client, timeoutMs }: { client: Client; timeoutMs: number }) {
    const isOlder = client.getProtocolEra() === "legacy";
    this.#subscribe = isOlder ? subscribing(client, timeoutMs) : listening(client, timeoutMs);
    client.setNotificationHandler("notifications/resources/updated", ({ params }) => {
      for (const listener of this.#watched.get(params.uri)?.listeners ?? []) listener();
    });
  }

  /** Rejects where the server does not take it. */
  async watch(uri: string, onUpdated: () => void, signal: AbortSignal): Promise<Watching> {
    const watched = this.#watchedAt(uri, signal);
    // Two of one function are two.
    const listener = () => onUpdated();
    watched.listeners.add(listener);
    try {
      const { over } = await watched.subscribed;
      return { over, [Symbol.asyncDispose]: () => this.#leave(uri, watched, listener) };
    } catch (error) {
      await this.#leave(uri, watched, listener);
      throw error;
    }
  }

  #watchedAt(uri: string, signal: AbortSignal): Watched {
    const known = this.#watched.get(uri);
    if (known !== undefined) return known;
    const watched: Watched = { listeners: new Set(), subscribed: this.#subscribe(uri, signal) };
    this.#watched.set(uri, watched);
    watched.subscribed
      .then(({ over }) => over)
      .then(
        () => this.#forget(uri, watched),
        () => this.#forget(uri, watched),
      );
    return watched;
  }

  #forget(uri: string, watched: Watched): void {
    if (this.#watched.get(uri) === watched) this.#watched.delete(uri);
  }

  async #leave(uri: string, watched: Watched, listener: () => void): Promise<void> {
    watched.listeners.delete(listener);
    if (watched.listeners.size > 0) return;
    this.#forget(uri, watched);
    // What never was, or is gone, needs no ending.
    await watched.subscribed.then((subscribed) => subscribed[Symbol.asyncDispose]()).catch(() => {});
  }
}

/** Until 2025-11-25: the session is told until it says that it no longer wants to be. */
function subscribing(client: Client, timeout: number): Subscribe {
  return async (uri, signal) => {
    await client.subscribeResource({ uri }, { signal, timeout });
    const { promise: over, resolve } = Promise.withResolvers<void>();
    return {
      over,
      [Symbol.asyncDispose]: async () => {
        resolve();
        await client.unsubscribeResource({ uri }, { timeout });
      },
    };
  };
}

/** Since 2026-07-28: a request that stays open. */
function listening(client: Client, timeout: number): Subscribe {
  return async (uri, signal) => {
    const subscription = await client.listen({ resourceSubscriptions: [uri] }, { signal, timeout });
    const over = subscription.closed.then(() => {});
    return { over, [Symbol.asyncDispose]: () => subscription.close() };
  };
}
