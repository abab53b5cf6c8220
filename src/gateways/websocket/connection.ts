import type { Duplex } from "node:stream";
import type { RawData, WebSocket } from "ws";
import { restartMs } from "../../core/admission/draining.ts";
import type { EndedToken } from "../../core/tenants/doors.ts";
import { isEndedBy } from "../../core/tenants/is-ended-by.ts";
import { CLOSE, type CloseCode, type CloseReason, closeReasonText } from "../../protocol/close-codes.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId, SessionId, TokenId } from "../../protocol/ids.ts";
import type { House } from "./house.ts";
import type { Patient, Pulse, Verdict } from "./liveness.ts";
import { closeCodeOf, type Entered, enter, openBytes, openedResult, openMs } from "./opening.ts";
import { Pump } from "./pump.ts";
import { faultText, type RequestId, refused, resultText } from "./reply.ts";
import { readRequest } from "./request-frame.ts";
import { Service } from "./service.ts";
import { Wire } from "./wire.ts";

const opensFirst = "session.open comes first, and its answer before more";

/** How long a client has to take what is committed for it, and then to answer a close frame. */
const lastWordsMs = 2000;
const farewellMs = 2000;

export interface ConnectionParts {
  house: House<Connection>;
  webSocket: WebSocket;
  socket: Duplex;
  address: string;
}

/**
 * One socket, from its first frame to its last: `waiting` for the credential, `entering` while it is
 * checked, `slowed` while its refusal is held back, `open`, `closed`. Nothing that comes after `closed` is looked at.
 */
export class Connection implements Patient {
  readonly gone: Promise<void>;
  readonly #parts: ConnectionParts;
  readonly #wire: Wire;
  readonly #pump: Pump;
  readonly #held = new DisposableStack();
  #state: "waiting" | "entering" | "slowed" | "open" | "closed" = "waiting";
  #entered: Entered | undefined;
  #service: Service | undefined;
  /** How long it may take to open; then when the session's life is next prolonged. */
  #timer: Disposable | undefined;
  /** What counts the bytes of a stranger. */
  #limit: Disposable | undefined;
  #farewell: Disposable | undefined;
  #isConfirmed = false;
  /** Runs whenever the pump has nothing more to send for now. */
  #onRest: () => void = () => {};
  /** Tokens, and calls that had one, which ended while ours was not known yet. */
  #endedTokens: Set<TokenId | CallId> | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    const { webSocket, socket } = parts;
    const { clock } = parts.house.parts;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.gone = promise;
    this.#wire = new Wire({ webSocket, socket, onSent: () => this.#pump.sent() });
    this.#pump = new Pump({
      wire: this.#wire,
      onRelief: () => this.#service?.intake.check(),
      onRest: () => this.#onRest(),
    });
    webSocket.on("message", (data, isBinary) => this.#take(data, isBinary));
    webSocket.on("error", () => this.#leave());
    webSocket.on("close", (code) => {
      const saidBye = this.#state === "open" && code === CLOSE.bye;
      this.#leave();
      this.#farewell?.[Symbol.dispose]();
      parts.house.gone(this);
      void (saidBye ? this.#endSession() : Promise.resolve()).then(resolve);
    });
    this.#timer = clock.timer(openMs, () => this.close(CLOSE.slowToOpen, { code: "auth.required" }));
    this.#limitOpening();
  }

  get isWaiting(): boolean {
    return this.#state === "waiting" || this.#state === "slowed";
  }

  get #isClosed(): boolean {
    return this.#state === "closed";
  }

  /** Whose connection it is, once that is known. */
  get session(): SessionId | undefined {
    return this.#entered?.opened.session;
  }

  /** The first to give way where too many wait. */
  giveWay(): void {
    this.close(CLOSE.slowToOpen, { code: "session.limit" });
  }

  /** A token was revoked or has expired, or the call that it was made for is over. */
  tokenEnded(ended: EndedToken): void {
    const { token, call, why } = ended;
    if (this.#entered === undefined) {
      this.#endedTokens ??= new Set();
      this.#endedTokens.add(call ?? token);
    } else if (isEndedBy(this.#entered.caller, ended))
      this.close(why === "revoked" ? CLOSE.unauthorised : CLOSE.credentialExpired, { code: `auth.${why}` });
  }

  /** Sends what was answered, says goodbye, and takes nothing more. */
  close(code: CloseCode, reason: CloseReason): void {
    if (this.#state === "closed") return;
    this.#pump.close();
    this.#wire.close(code, closeReasonText(reason));
    this.#leave();
  }

  /**
   * The daemon stops: no request is taken any more, what is committed for this client is sent to it for at most
   * 2 s, then it is told to come back. Resolves when the socket is gone.
   */
  async restart(): Promise<void> {
    const service = this.#service;
    if (service !== undefined && this.#state === "open") {
      const { promise, resolve } = Promise.withResolvers<void>();
      using _enough = this.#parts.house.parts.clock.timer(lastWordsMs, resolve);
      this.#held.defer(resolve);
      this.#onRest = () => {
        if (service.isCaughtUp) resolve();
      };
      service.leave();
      this.#wire.resume();
      this.#pump.rest();
      await promise;
    }
    this.close(CLOSE.restart, { code: "admission.draining", retryAfterMs: restartMs });
    await this.gone;
  }

  pulse(): Pulse {
    const { receivedBytes, takenBytes, unsentBytes } = this.#wire;
    const reads = this.#service?.intake.isPaused !== true;
    return { received: receivedBytes, taken: takenBytes, unsent: unsentBytes, reads };
  }

  act(verdict: Exclude<Verdict, "fine">): void {
    if (verdict === "ping") {
      this.#wire.ping();
      this.#service?.recheck();
      return;
    }
    const code = verdict === "lost" ? CLOSE.heartbeatLost : CLOSE.writeStalled;
    this.close(code, { code: "client.disconnected" });
    if (verdict === "stalled") this.#wire.terminate();
  }

  /** Cuts the socket at once. */
  terminate(): void {
    this.#wire.terminate();
  }

  #take(data: RawData, isBinary: boolean): void {
    if (this.#state === "closed" || !(data instanceof Buffer)) return;
    if (this.#state === "open") {
      if (!this.#isConfirmed) this.#confirm();
      this.#service?.take(data, isBinary);
    } else if (this.#state === "waiting" && !isBinary && data.length <= openBytes) this.#open(data.toString());
    else this.close(CLOSE.badFrame, { code: "input.invalid", why: opensFirst });
  }

  #open(text: string): void {
    this.#state = "entering";
    this.#timer?.[Symbol.dispose]();
    const frame = readRequest(text);
    if (typeof frame === "string" || frame.method !== "session.open" || frame.id === undefined)
      this.close(CLOSE.badFrame, { code: "input.invalid", why: opensFirst });
    else void this.#enter(frame.id, frame);
  }

  async #enter(id: RequestId, frame: Parameters<typeof enter>[1]): Promise<void> {
    const { doors } = this.#parts.house.parts;
    try {
      this.#attach(id, await enter(doors, frame, this.#parts.address));
    } catch (error) {
      await this.#slow(error);
      if (this.#isClosed) return;
      const { fault, view } = refused(error, this.#parts.house.parts.reports, frame.traceparent);
      this.#pump.reply(faultText(id, view));
      const { afterMs } = fault.retry;
      this.close(closeCodeOf(fault), { code: fault.code, ...(afterMs === undefined ? {} : { retryAfterMs: afterMs }) });
    }
  }

  /** Holds a guesser's refusal back for the wait that it names, while the connection is there. */
  async #slow(error: unknown): Promise<void> {
    if (this.#state === "closed") return;
    this.#state = "slowed";
    const left = new AbortController();
    this.#held.defer(() => left.abort());
    await this.#parts.house.parts.slowed.hold(error, this.#parts.address, left.signal);
  }

  /** All in one turn: the older connection gives way, then the answer is queued, then frames are taken. */
  #attach(id: RequestId, entered: Entered): void {
    if (this.#state === "closed") return;
    const { house } = this.#parts;
    const { caller, opened } = entered;
    const { session } = opened;
    const { token, call } = caller;
    if (this.#endedTokens?.has(token) === true || (call !== undefined && this.#endedTokens?.has(call) === true))
      throw new Fault("auth.revoked", "Cannot open the session: the token has ended meanwhile");
    this.#held.use(house.parts.rates.connection(caller));
    this.#held.use(house.parts.presences.arrive({ session }));
    this.#limit?.[Symbol.dispose]();
    this.#limit = undefined;
    this.#entered = entered;
    this.#state = "open";
    house.entered(this, session);
    this.#service = this.#held.use(
      new Service({
        house,
        caller,
        session,
        wire: this.#wire,
        pump: this.#pump,
        close: (code, reason) => this.close(code, reason),
      }),
    );
    this.#pump.reply(resultText(id, openedResult(entered, house.parts.settings)));
    this.#keep(opened.ttlMs / 2);
  }

  /** The client has shown that it got the answer: the secret before it is worth nothing now. */
  #confirm(): void {
    if (this.#entered === undefined) return;
    this.#isConfirmed = true;
    this.#parts.house.parts.doors.confirmSession(this.#entered.opened.session).catch((error: unknown) => {
      this.#isConfirmed = false;
      if (!(error instanceof Fault)) this.#parts.house.parts.reports.bug(error, { place: "websocket", trace: "" });
    });
  }

  /** Nobody comes back to it. One with calls under way stays: their grace time is for its client to change its mind. */
  async #endSession(): Promise<void> {
    const { house } = this.#parts;
    const { session } = this;
    if (session === undefined || house.parts.calls.hasOpen(session)) return;
    try {
      await house.parts.doors.endSession(session);
    } catch (error) {
      if (!(error instanceof Fault)) house.parts.reports.bug(error, { place: "websocket", trace: "" });
    }
  }

  /** A session does not run out while it is connected. */
  #keep(everyMs: number): void {
    const timer = this.#parts.house.parts.clock.timer(everyMs, () => {
      if (this.#isConfirmed) this.#confirm();
      if (this.#state === "open") this.#keep(everyMs);
    });
    this.#timer = timer;
  }

  /** A frame is held in memory before it is whole, so who is not known yet gets little of that. */
  #limitOpening(): void {
    const { socket } = this.#parts;
    let bytes = 0;
    const count = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > 2 * openBytes) this.close(CLOSE.badFrame, { code: "input.too-large" });
    };
    socket.on("data", count);
    this.#limit = { [Symbol.dispose]: () => void socket.off("data", count) };
  }

  #leave(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#timer?.[Symbol.dispose]();
    this.#limit?.[Symbol.dispose]();
    this.#held.dispose();
    this.#pump.close();
    this.#farewell = this.#parts.house.parts.clock.timer(farewellMs, () => this.#wire.terminate());
    this.#parts.house.left(this);
  }
}
