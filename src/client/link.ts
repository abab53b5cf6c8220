import { announcedIn } from "../protocol/announced.ts";
import { mayResume, readCloseReason } from "../protocol/close-codes.ts";
import { Fault } from "../protocol/fault.ts";
import { decodeFrame, type Frame } from "../protocol/frames.ts";
import { type SessionOpened, sessionOpened, subprotocol } from "../protocol/methods.ts";
import { type Address, daemonAddress } from "./address.ts";
import { type Backoff, delayMs, failed, noFailures } from "./backoff.ts";
import { faultOfClose, faultOfError } from "./faults.ts";
import { FirstTries } from "./first-tries.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { SocketFactory, Timers, WebSocketLike } from "./socket.ts";

/**
 * A token as `exai tokens create` shows it, or a ticket of `ticket.create` for a page that may hold none. A single-use
 * ticket opens one session; only a token can open another when that one is gone.
 */
export type Credential = { token: string } | { ticket: string };

/** A JSON-RPC message as it came, not yet looked at: an answer has an `id`, a notification a `method`. */
export interface Incoming {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

/**
 * `connecting`: no session is open, a try is under way or waits for its time. `open`: requests go out. `ended`: it comes
 * back no more. From `connecting` to `open` and back as often as the connection is cut; `ended` is left by nothing.
 */
export type LinkState = "connecting" | "open" | "ended";

/** What a link is made of, and whom it tells. */
export interface LinkParts {
  /** As a person writes it. */
  url: string;
  credential: Credential;
  client: { name: string; version: string };
  socket: SocketFactory;
  timers: Timers;
  /** From 0 to 1. */
  random: () => number;
  /** How many tries there are before the first one has succeeded. */
  firstTries: number;
  onOpen: (session: SessionOpened) => void;
  /** `bytes` is the length of its text: what the peer counts, as far as it is ASCII. */
  onMessage: (message: Incoming, bytes: number) => void;
  /** A binary frame; what is none is passed over. */
  onFrame: (frame: Frame) => void;
  /** Cut; it comes back by itself. */
  onDown: () => void;
  /** Over for good. */
  onEnd: (fault: Fault) => void;
}

const openId = "open";
const openWithinMs = 15_000;
/** How long a server has to answer our goodbye. */
const farewellMs = 2000;
/** How long a plain request has, to tell why there is no WebSocket. */
const lookWithinMs = 5000;

/** Keeps one session connected: opens, resumes after a cut, notices a dead peer, and says when it is over. */
export class Link {
  readonly #parts: LinkParts;
  readonly #first: FirstTries;
  #socket: WebSocketLike | undefined;
  #session: SessionOpened | undefined;
  /** Set once the session can be resumed. */
  #resume: { session: string; secret: string } | undefined;
  #state: LinkState = "connecting";
  #backoff: Backoff = noFailures;
  #openedAtMs = 0;
  #wasOpen = false;
  #heartbeat: Heartbeat | undefined;
  /** How long this try may take. */
  #late: Disposable | undefined;
  #nextTry: Disposable | undefined;
  /** Asks who answers at the address, before the first session. */
  #looking: AbortController | undefined;
  #farewell: Disposable | undefined;
  #closed: (() => void) | undefined;

  constructor(parts: LinkParts) {
    this.#parts = parts;
    this.#first = new FirstTries(parts.firstTries);
  }

  /** Where it stands. */
  get state(): LinkState {
    return this.#state;
  }

  /** What the server said of itself when it last let us in. */
  get session(): SessionOpened | undefined {
    return this.#session;
  }

  /** What waits in memory for the network. */
  get unsentBytes(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** One try, of 15 s at most. Called once by the client; every later one is the link's own. */
  connect(): void {
    this.#first.begin();
    this.#late = this.#parts.timers.timer(openWithinMs, () => this.#lose());
    let socket: WebSocketLike;
    try {
      socket = this.#parts.socket(daemonAddress(this.#parts.url).socket, [subprotocol]);
    } catch (error) {
      this.end(notAnAddress(this.#parts.url, error));
      return;
    }
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.addEventListener("open", () => this.#open(socket));
    socket.addEventListener("message", ({ data }) => this.#take(socket, data));
    socket.addEventListener("close", (event) => this.#left(socket, event));
    // What went wrong is told by the close that follows.
    socket.addEventListener("error", () => {});
  }

  /** Tries at once, where it waits before the next try. */
  hurry(): void {
    if (this.#state !== "connecting" || this.#socket !== undefined) return;
    this.#rest();
    this.connect();
  }

  /** Sends while the session is open; answers whether it did. */
  send(message: string | Uint8Array<ArrayBuffer>): boolean {
    if (this.#state !== "open" || this.#socket === undefined) return false;
    this.#socket.send(message);
    return true;
  }

  /** Ends for good; `closed` runs when the socket is gone. */
  end(fault: Fault, closed: () => void = () => {}): void {
    const socket = this.#socket;
    if (socket === undefined) closed();
    else this.#closed = closed;
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#rest();
    if (socket !== undefined) {
      socket.close(1000);
      this.#farewell = this.#parts.timers.timer(farewellMs, () => this.#cut(socket));
    }
    this.#parts.onEnd(fault);
  }

  #open(socket: WebSocketLike): void {
    if (socket !== this.#socket || this.#state === "ended") return;
    this.#first.opened();
    const { credential, client } = this.#parts;
    const params = this.#resume === undefined ? { ...credential, client } : { resume: this.#resume, client };
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: openId, method: "session.open", params }));
  }

  #take(socket: WebSocketLike, data: unknown): void {
    if (socket !== this.#socket || this.#state === "ended") return;
    this.#heartbeat?.heard();
    if (typeof data === "string") this.#takeText(data);
    else if (data instanceof ArrayBuffer) {
      const frame = decodeFrame(new Uint8Array(data));
      if (frame !== undefined) this.#parts.onFrame(frame);
    }
  }

  #takeText(text: string): void {
    const message = readMessage(text);
    if (message === undefined) this.end(unreadable(this.#parts.url));
    else if (message.method === "session.sending") this.#heartbeat?.expects(announcedIn(message.params));
    else if (this.#state === "open") this.#parts.onMessage(message, text.length);
    else if (message.id === openId) this.#opened(message);
  }

  #opened(message: Incoming): void {
    if (message.error !== undefined) {
      this.#refused(faultOfError(message.error, "client.version"));
      return;
    }
    const parsed = sessionOpened.safeParse(message.result);
    if (!parsed.success) {
      this.end(unreadable(this.#parts.url));
      return;
    }
    const session = parsed.data;
    this.#late?.[Symbol.dispose]();
    this.#session = session;
    this.#resume = { session: session.session, secret: session.resume.secret };
    this.#state = "open";
    this.#wasOpen = true;
    this.#openedAtMs = this.#parts.timers.monotonicMs();
    this.#heartbeat = new Heartbeat({
      timers: this.#parts.timers,
      heartbeatMs: session.heartbeatMs,
      ping: () => void this.send('{"jsonrpc":"2.0","id":"ping","method":"ping","params":{}}'),
      onDead: () => this.#lose(),
    });
    this.#parts.onOpen(session);
  }

  /** A session that is gone is no reason to give up while the token is good. The last try ends with what it was told. */
  #refused(fault: Fault): void {
    const isLast = !this.#wasOpen && this.#first.isLast;
    const mayPass = fault.retry.safe || fault.code === "internal";
    const isStale = fault.code === "session.unknown" || fault.code === "auth.replayed";
    if (this.#resume !== undefined && isStale && "token" in this.#parts.credential) {
      this.#resume = undefined;
      this.#lose();
    } else if (mayPass && !isLast) this.#lose(fault.retry.afterMs);
    else this.end(fault);
  }

  #left(socket: WebSocketLike, { code, reason }: { code: number; reason: string }): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    if (this.#state === "ended") {
      this.#farewell?.[Symbol.dispose]();
      this.#closed?.();
      return;
    }
    const said = readCloseReason(reason);
    if (mayResume(code)) this.#retry(said?.retryAfterMs);
    else this.end(faultOfClose(code, said));
  }

  /** Gives the socket up and comes back. */
  #lose(retryAfterMs?: number): void {
    if (this.#socket !== undefined) this.#cut(this.#socket);
    this.#retry(retryAfterMs);
  }

  #cut(socket: WebSocketLike): void {
    this.#socket = undefined;
    if (socket.terminate === undefined) socket.close();
    else socket.terminate();
    this.#closed?.();
  }

  #retry(retryAfterMs?: number): void {
    const wasOpen = this.#state === "open";
    this.#rest();
    this.#state = "connecting";
    const openMs = wasOpen ? this.#parts.timers.monotonicMs() - this.#openedAtMs : 0;
    if (this.#wasOpen) this.#wait(openMs, retryAfterMs);
    else void this.#lookThere(daemonAddress(this.#parts.url), retryAfterMs);
    if (wasOpen) this.#parts.onDown();
  }

  /** Before the first session: whoever is no daemon is not tried again. */
  async #lookThere({ http }: Address, retryAfterMs: number | undefined): Promise<void> {
    const looking = new AbortController();
    this.#looking = looking;
    using _late = this.#parts.timers.timer(lookWithinMs, () => looking.abort());
    const over = await this.#first.over(http, looking.signal);
    if (this.#looking !== looking) return;
    this.#looking = undefined;
    if (over !== undefined) this.end(over);
    else this.#wait(0, retryAfterMs);
  }

  #wait(openMs: number, retryAfterMs: number | undefined): void {
    const { timers, random } = this.#parts;
    this.#backoff = failed(this.#backoff, openMs);
    this.#nextTry = timers.timer(delayMs(this.#backoff, random(), retryAfterMs), () => this.connect());
  }

  #rest(): void {
    this.#late?.[Symbol.dispose]();
    this.#nextTry?.[Symbol.dispose]();
    this.#looking?.abort();
    this.#looking = undefined;
    this.#heartbeat?.[Symbol.dispose]();
    this.#heartbeat = undefined;
  }
}

function notAnAddress(url: string, error: unknown): Fault {
  if (error instanceof Fault) return error;
  const message = `Cannot connect to ${url}: ${String(error)}, expected a socket for it`;
  return new Fault("input.invalid", message, { cause: error });
}

function unreadable(url: string): Fault {
  return new Fault("client.version", `Cannot read what ${url} answers: it does not fit, expected exai.v1`);
}

function readMessage(text: string): Incoming | undefined {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === "object" && message !== null ? message : undefined;
  } catch {
    // Whoever sends no JSON speaks another protocol, which is told.
    return undefined;
  }
}
