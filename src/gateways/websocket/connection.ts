import type { Duplex } from "node:stream";
import type { RawData, WebSocket } from "ws";
import { restartMs } from "../../core/admission/draining.ts";
import type { EndedToken } from "../../core/tenants/doors.ts";
import { CLOSE, type CloseCode, type CloseReason, closeReasonText } from "../../protocol/close-codes.ts";
import type { SessionId } from "../../protocol/ids.ts";
import type { ConnectionRegistry } from "./connection-registry.ts";
import { type Entered, openedResult } from "./entering.ts";
import type { Patient, Pulse, Verdict } from "./liveness.ts";
import { OpenSession, type OpenSessionShared } from "./open-session.ts";
import { Opening, type OpeningShared } from "./opening.ts";
import { Pump } from "./pump.ts";
import { type RequestId, resultText } from "./reply.ts";
import { Wire } from "./wire.ts";

/** How long a client has to answer a close frame. */
const farewellMs = 2000;

export interface ConnectionParts {
  shared: OpeningShared & OpenSessionShared;
  registry: ConnectionRegistry<Connection>;
  webSocket: WebSocket;
  socket: Duplex;
  address: string;
}

/** One socket, from its first frame to its last: an opening, then a session. Nothing that comes after `close` is looked at. */
export class Connection implements Patient {
  readonly gone: Promise<void>;
  readonly #shared: OpenSessionShared;
  readonly #registry: ConnectionRegistry<Connection>;
  readonly #wire: Wire;
  readonly #pump: Pump;
  #stage: Opening | OpenSession;
  #isClosed = false;
  #farewell: Disposable | undefined;

  constructor({ shared, registry, webSocket, socket, address }: ConnectionParts) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.gone = promise;
    this.#shared = shared;
    this.#registry = registry;
    this.#wire = new Wire({ webSocket, socket, onSent: () => this.#pump.sent() });
    this.#pump = new Pump({
      wire: this.#wire,
      onRelief: () => this.#session?.relieved(),
      onRest: () => this.#session?.rested(),
    });
    webSocket.on("message", (data, isBinary) => this.#take(data, isBinary));
    webSocket.on("error", () => this.#leave());
    webSocket.on("close", (code) => void this.#gone(code).then(resolve));
    this.#stage = new Opening({
      shared,
      socket,
      address,
      pump: this.#pump,
      close: (code, reason) => this.close(code, reason),
      onEntered: (id, entered) => this.#begin(id, entered),
    });
  }

  get isWaiting(): boolean {
    return this.#stage.isWaiting;
  }

  /** Whose connection it is, once that is known. */
  get session(): SessionId | undefined {
    return this.#session?.id;
  }

  get #session(): OpenSession | undefined {
    return this.#stage instanceof OpenSession ? this.#stage : undefined;
  }

  /** The first to give way where too many wait. */
  giveWay(): void {
    this.close(CLOSE.slowToOpen, { code: "session.limit" });
  }

  /** A token was revoked or has expired, or the call that it was made for is over. */
  tokenEnded(ended: EndedToken): void {
    this.#stage.tokenEnded(ended);
  }

  /** Sends what was answered, says goodbye, and takes nothing more. */
  close(code: CloseCode, reason: CloseReason): void {
    if (this.#isClosed) return;
    this.#pump.close();
    this.#wire.close(code, closeReasonText(reason));
    this.#leave();
  }

  /**
   * The daemon stops: no request is taken any more, what is committed for this client is sent to it for at most
   * 2 s, then it is told to come back. Resolves when the socket is gone.
   */
  async restart(): Promise<void> {
    if (!this.#isClosed) await this.#session?.sayLastWords();
    this.close(CLOSE.restart, { code: "admission.draining", retryAfterMs: restartMs });
    await this.gone;
  }

  pulse(): Pulse {
    const { receivedBytes, takenBytes, unsentBytes } = this.#wire;
    const reads = this.#session?.reads ?? true;
    return { received: receivedBytes, taken: takenBytes, unsent: unsentBytes, reads };
  }

  act(verdict: Exclude<Verdict, "fine">): void {
    if (verdict === "ping") {
      this.#wire.ping();
      this.#session?.recheck();
      return;
    }
    const code = verdict === "lost" ? CLOSE.heartbeatLost : CLOSE.writeStalled;
    this.close(code, { code: "client.disconnected" });
    if (verdict === "stalled") this.#wire.terminate();
  }

  #take(data: RawData, isBinary: boolean): void {
    if (!this.#isClosed && data instanceof Buffer) this.#stage.take(data, isBinary);
  }

  /** All in one turn: the older connection gives way, then the answer is queued, then frames are taken. */
  #begin(id: RequestId, entered: Entered): void {
    const session = new OpenSession({
      shared: this.#shared,
      entered,
      wire: this.#wire,
      pump: this.#pump,
      close: (code, reason) => this.close(code, reason),
    });
    this.#stage[Symbol.dispose]();
    this.#stage = session;
    this.#registry.entered(this, session.id);
    this.#pump.reply(resultText(id, openedResult(entered, this.#shared.settings)));
  }

  #leave(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stage[Symbol.dispose]();
    this.#pump.close();
    this.#farewell = this.#shared.clock.timer(farewellMs, () => this.#wire.terminate());
    this.#registry.left(this);
  }

  async #gone(code: number): Promise<void> {
    const ended = !this.#isClosed && code === CLOSE.bye ? this.#session : undefined;
    this.#leave();
    this.#farewell?.[Symbol.dispose]();
    this.#registry.gone(this);
    await ended?.end();
  }
}
