import type { JSONRPCMessage, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { Clock } from "../../../base/clock.ts";
import { orLate } from "../../../base/or-late.ts";
import type { ClientGrant } from "../../../core/upstreams/credentials.ts";
import type { AddressServer } from "../../../core/upstreams/server.ts";
import type { Fault } from "../../../protocol/fault.ts";
import { ClientCredentials } from "./client-grant.ts";
import { cutError } from "./fault-of.ts";
import { guardedFetch } from "./guarded-fetch.ts";
import type { Link } from "./link.ts";
import type { Sdk } from "./sdk.ts";

/** A server that is told of the end of its session is not waited for longer. */
const farewellMs = 2000;
/** What is sent to a server besides the calls of a session and what is read in it: questions answered, lists, watches. */
const sentBesides = 64;

type SendOptions = Parameters<StreamableHTTPClientTransport["send"]>[1];

export interface AddressLinkParts {
  sdk: Sdk;
  clock: Clock;
  server: AddressServer & { name: string };
  headers: Readonly<Record<string, string>>;
  grant?: { of: ClientGrant; onToken: (token: string) => void };
}

/** Streamable HTTP: redirects lead nowhere else, and what comes is bounded and paced. */
export class AddressLink implements Link {
  readonly transport: StreamableHTTPClientTransport;
  readonly ended: Promise<Fault | undefined>;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #over = Promise.withResolvers<Fault | undefined>();
  #closing: Promise<void> | undefined;

  constructor({ sdk, clock, server, headers, grant }: AddressLinkParts) {
    this.#clock = clock;
    this.ended = this.#over.promise;
    const fetch = guardedFetch({
      server: server.name,
      clock,
      maxBytes: server.maxBytes,
      maxPending: 2 * server.calls + sentBesides,
      signal: this.#stop.signal,
      onFault: (fault) => this.fail(fault),
    });
    this.transport = new sdk.StreamableHTTPClientTransport(new URL(server.url), {
      fetch,
      ...(grant && {
        authProvider: new ClientCredentials({ sdk, clock, server, grant: grant.of, fetch, onToken: grant.onToken }),
      }),
      requestInit: { headers: { ...headers }, redirect: "error" },
    });
    const send = this.transport.send.bind(this.transport);
    this.transport.send = (message: JSONRPCMessage | JSONRPCMessage[], options?: SendOptions) =>
      send(message, { ...options, onRequestStreamEnd: () => this.#cut(message) });
  }

  fail(fault: Fault): void {
    void this.#end(fault);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end(undefined);
  }

  #end(fault: Fault | undefined): Promise<void> {
    this.#closing ??= this.#close(fault);
    return this.#closing;
  }

  async #close(fault: Fault | undefined): Promise<void> {
    if (fault === undefined) await this.#farewell();
    this.#over.resolve(fault);
    await this.transport.close().catch(() => {});
    this.#stop.abort();
  }

  /** A request whose stream ended gets no other answer; one that came with the end is handed on first. */
  #cut(message: JSONRPCMessage | JSONRPCMessage[]): void {
    if (Array.isArray(message) || !("method" in message) || !("id" in message)) return;
    const { id } = message;
    setImmediate(() => this.transport.onmessage?.({ jsonrpc: "2.0", id, error: cutError }));
  }

  /** An older server keeps a session until it is told. */
  async #farewell(): Promise<void> {
    if (this.transport.sessionId === undefined) return;
    // One that does not take it ends the session when it likes.
    const taken = this.transport.terminateSession().catch(() => {});
    await orLate(taken, { clock: this.#clock, afterMs: farewellMs });
  }
}
