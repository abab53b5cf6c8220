import type { IncomingMessage, Server, ServerOptions, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../protocol/fault.ts";
import { refuseSocket } from "../answers/refuse-socket.ts";
import type { HttpSettings } from "./settings.ts";

// Imported, it would show all its exports at once, and one of them is 16 MB of fetch that a daemon may never need.
const { createServer } = process.getBuiltinModule("node:http");

export interface Serving {
  serve(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** A connection could not be taken; the server goes on. */
  failed(error: Error): void;
}

/** A connection that was not upgraded. */
interface OpenConnection {
  readonly socket: Socket;
  /** Runs while it has not asked for anything yet. */
  silent?: Disposable | undefined;
}

/**
 * The one server socket, hardened: slow headers, slow bodies and connections that never send a byte are
 * closed, and there is a most of connections, at which who is known displaces who is not. Without settings Node keeps a silent one for ever. Upgraded
 * connections are not counted: who took them has limits of its own.
 */
export class Listener implements AsyncDisposable {
  readonly #settings: HttpSettings;
  readonly #clock: Clock;
  readonly #server: Server;
  readonly #failed: (error: Error) => void;
  /** Who showed no good credential, by their other end, the eldest first; under TLS the encrypted socket takes the place of the bare one. */
  readonly #strangers = new Map<string, OpenConnection>();
  /** Who showed one: they give way to nobody. */
  readonly #known = new Map<string, OpenConnection>();

  constructor(parts: { settings: HttpSettings; clock: Clock; serving: Serving }) {
    this.#settings = parts.settings;
    this.#clock = parts.clock;
    this.#server = serverOf(parts.settings);
    this.#failed = (error) => parts.serving.failed(error);
    this.#server.on("request", (request, response) => {
      this.#heard(peerOf(request.socket));
      parts.serving.serve(request, response);
    });
    this.#server.on("upgrade", (request, socket, head) => {
      this.#forget(peerOf(request.socket));
      parts.serving.upgrade(request, socket, head);
    });
    this.#server.on("connection", (socket: Socket) => this.#own(socket));
    if (parts.settings.tls !== undefined) this.#server.on("secureConnection", (socket: Socket) => this.#own(socket));
    this.#server.on(parts.settings.tls ? "secureConnection" : "connection", (socket: Socket) => this.#watch(socket));
    this.#server.on("clientError", refuseGarbage);
  }

  /** Connections that were not upgraded. */
  get connections(): number {
    return this.#strangers.size + this.#known.size;
  }

  /** Refuses with `config.invalid`, naming the setting, where the address cannot be had. */
  async listen(): Promise<{ host: string; port: number }> {
    const { host, port } = this.#settings;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const refused = (cause: NodeJS.ErrnoException) => reject(notListening(this.#settings, cause));
    this.#server.once("error", refused);
    this.#server.listen({ host, port }, resolve);
    await promise;
    this.#server.off("error", refused).on("error", this.#failed);
    const { address, port: bound } = this.#server.address() as AddressInfo;
    return { host: address, port: bound };
  }

  /** This connection has shown a good credential: it gives way to nobody. */
  known(socket: Socket): void {
    const peer = peerOf(socket);
    const stranger = this.#strangers.get(peer);
    if (stranger === undefined) return;
    this.#strangers.delete(peer);
    this.#known.set(peer, stranger);
  }

  /** Takes no new connection; idle ones close. */
  stopAccepting(): void {
    this.#server.close();
    this.#server.closeIdleConnections();
  }

  /** Closes every connection but the upgraded ones: those belong to whoever took them, and say their own farewell. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stopAccepting();
    const closed = [...this.#strangers.values(), ...this.#known.values()].map(async ({ socket }) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      socket.once("close", resolve).destroy();
      await promise;
    });
    await Promise.all(closed);
  }

  #own(socket: Socket): void {
    const peer = peerOf(socket);
    const isNew = this.#at(peer) === undefined;
    if (isNew && this.connections >= this.#settings.maxConnections && !this.#makeRoom()) {
      socket.destroy();
      return;
    }
    this.#known.delete(peer);
    this.#strangers.set(peer, { socket });
    socket.setKeepAlive(true, 30_000);
    socket.once("close", () => this.#forget(peer));
  }

  /** Closes the eldest connection that showed no credential; answers whether there was one. */
  #makeRoom(): boolean {
    for (const [peer, { socket }] of this.#strangers) {
      this.#forget(peer);
      socket.destroy();
      return true;
    }
    return false;
  }

  #at(peer: string): OpenConnection | undefined {
    return this.#strangers.get(peer) ?? this.#known.get(peer);
  }

  #forget(peer: string): void {
    this.#heard(peer);
    this.#strangers.delete(peer);
    this.#known.delete(peer);
  }

  #watch(socket: Socket): void {
    const connection = this.#at(peerOf(socket));
    if (connection === undefined) return;
    const before = socket.bytesRead;
    connection.silent = this.#clock.timer(this.#settings.silentMs, () => {
      if (socket.bytesRead === before) socket.destroy();
    });
  }

  #heard(peer: string): void {
    const connection = this.#at(peer);
    connection?.silent?.[Symbol.dispose]();
    if (connection !== undefined) connection.silent = undefined;
  }
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}

function serverOf(settings: HttpSettings): Server {
  const options: ServerOptions = {
    headersTimeout: settings.headersMs,
    requestTimeout: settings.requestMs,
    connectionsCheckingInterval: Math.min(1000, settings.headersMs),
    keepAliveTimeout: 5000,
    maxHeaderSize: 16 * 1024,
    // Otherwise an offer of HTTP/2 (`h2c`) would count as an upgrade and be refused.
    shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === "websocket",
  };
  if (settings.tls === undefined) return createServer(options);
  return process
    .getBuiltinModule("node:https")
    .createServer({ ...options, ...settings.tls, handshakeTimeout: settings.silentMs });
}

function notListening(settings: HttpSettings, cause: NodeJS.ErrnoException): Fault {
  const { host, port } = settings;
  const reasons: Record<string, [setting: string, fact: string]> = {
    EADDRINUSE: ["EXAI_WS_PORT", "another program listens there"],
    EACCES: ["EXAI_WS_PORT", "this user may not"],
    EADDRNOTAVAIL: ["EXAI_WS_HOST", "this machine has no such address"],
    ENOTFOUND: ["EXAI_WS_HOST", "the name has no address"],
  };
  const [setting, fact] = reasons[cause.code ?? ""] ?? ["EXAI_WS_HOST", cause.message];
  return new Fault(
    "config.invalid",
    `Cannot listen on ${host}:${port}: ${fact}, expected a free address (${setting})`,
    {
      facts: { setting, host, port },
      cause,
    },
  );
}

const garbage: Record<string, [status: number, sentence: string]> = {
  HPE_HEADER_OVERFLOW: [431, "Cannot read the request: its header is too large, expected at most 16 KiB"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "Cannot read the request: it came too slowly, expected all of it in time"],
};

/** A TLS record that begins a handshake. */
const handshake = 0x16;

function refuseGarbage(error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Duplex): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const fact =
    error.rawPacket?.[0] === handshake
      ? "it is TLS, expected http:// in the address"
      : "it is not HTTP, expected HTTP/1.1";
  const [status, sentence] = garbage[error.code ?? ""] ?? [400, `Cannot read the request: ${fact}`];
  refuseSocket(socket, new Fault("input.invalid", sentence), status);
}
