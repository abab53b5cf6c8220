import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { draining } from "../../core/admission/draining.ts";
import { CLOSE } from "../../protocol/close-codes.ts";
import { Fault } from "../../protocol/fault.ts";
import type { SessionId } from "../../protocol/ids.ts";
import { subprotocol } from "../../protocol/methods.ts";
import { refuseSocket } from "../answers/refuse-socket.ts";
import { Connection } from "./connection.ts";
import type { ConnectionRegistry } from "./connection-registry.ts";
import { Liveness } from "./liveness.ts";
import { defaults, type GatewayParts, type SharedParts } from "./parts.ts";
import { OutputBudget } from "./stream-window.ts";

/** The WebSocket of the protocol `exai.v1`. It gets its sockets from the HTTP server that owns the port. */
export class WebsocketGateway implements AsyncDisposable {
  readonly #shared: SharedParts;
  readonly #server: WebSocketServer;
  readonly #liveness: Liveness;
  readonly #registry: ConnectionRegistry<Connection>;
  readonly #connections = new Map<Connection, Disposable>();
  /** Who wait to show a credential, the eldest first. */
  readonly #waiting = new Set<Connection>();
  /** The newest connection of each session. */
  readonly #sessions = new Map<SessionId, Connection>();
  readonly #endings: Disposable;
  #isDraining = false;

  constructor(parts: GatewayParts) {
    this.#shared = { ...parts, budget: new OutputBudget() };
    const { clock, doors, settings } = parts;
    this.#liveness = new Liveness({ clock, heartbeatMs: settings.heartbeatMs ?? defaults.heartbeatMs });
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: settings.maxFrameBytes ?? defaults.maxFrameBytes,
      maxFragments: 64,
      maxBufferedChunks: 4096,
      handleProtocols: () => subprotocol,
    });
    this.#registry = {
      entered: (connection, session) => this.#entered(connection, session),
      left: (connection) => this.#left(connection),
      gone: (connection) => this.#gone(connection),
    };
    this.#endings = doors.onEnded((ended) => {
      for (const connection of [...this.#connections.keys()]) connection.tokenEnded(ended);
    });
  }

  /** How many sockets are open. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Takes over an upgrade that was let in by Host and Origin; who does not speak the protocol is told so over HTTP. `from` is the address that failed credentials count against. */
  upgrade(request: IncomingMessage, socket: Duplex, { head, from }: { head: Buffer; from: string }): void {
    const refusal = this.#refusal(request);
    if (refusal !== undefined) {
      refuseSocket(socket, refusal);
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const of = { webSocket, socket, address: from };
      const connection = new Connection({ shared: this.#shared, registry: this.#registry, ...of });
      this.#connections.set(connection, this.#liveness.watch(connection));
      this.#waiting.add(connection);
    });
  }

  #refusal(request: IncomingMessage): Fault | undefined {
    if (this.#isDraining) return draining("open a connection");
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
    if (!offered.includes(subprotocol)) return otherProtocol();
    const maxWaiting = this.#shared.settings.maxOpening ?? defaults.maxOpening;
    return this.#waiting.size < maxWaiting || this.#makeRoom() ? undefined : tooManyOpening(maxWaiting);
  }

  /** Lets nobody in, sends everybody what is committed and away with 1012; resolves when all sockets are gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDraining = true;
    await Promise.all([...this.#connections.keys()].map((connection) => connection.restart()));
    this.#endings[Symbol.dispose]();
    this.#liveness[Symbol.dispose]();
    this.#server.close();
  }

  /** A client that means it opens within milliseconds; who holds a place without a word, or guesses, loses it first. */
  #makeRoom(): boolean {
    for (const connection of this.#waiting) {
      if (!connection.isWaiting) continue;
      connection.giveWay();
      return true;
    }
    return false;
  }

  #entered(connection: Connection, session: SessionId): void {
    this.#waiting.delete(connection);
    const older = this.#sessions.get(session);
    this.#sessions.set(session, connection);
    older?.close(CLOSE.takenOver, { code: "client.disconnected" });
  }

  #left(connection: Connection): void {
    this.#waiting.delete(connection);
    const { session } = connection;
    if (session !== undefined && this.#sessions.get(session) === connection) this.#sessions.delete(session);
  }

  #gone(connection: Connection): void {
    this.#connections.get(connection)?.[Symbol.dispose]();
    this.#connections.delete(connection);
  }
}

function otherProtocol(): Fault {
  const fact = `it does not offer the subprotocol ${subprotocol}`;
  return new Fault("input.invalid", `Cannot open a connection: ${fact}, expected Sec-WebSocket-Protocol to name it`);
}

function tooManyOpening(limit: number): Fault {
  return new Fault(
    "admission.overloaded",
    `Cannot open a connection: ${limit} are about to show a credential, expected fewer`,
    { facts: { limit }, retryAfterMs: 1000 },
  );
}
