import { isEnding } from "../protocol/endings.ts";
import { type CallEvent, callGap } from "../protocol/events.ts";
import type { Fault } from "../protocol/fault.ts";
import type { Frame } from "../protocol/frames.ts";
import type { CallId } from "../protocol/ids.ts";
import type { Method, MethodResult, ParamsInput, SessionOpened } from "../protocol/methods.ts";
import { CallHandle } from "./call-handle.ts";
import { Cancels } from "./cancels.ts";
import type { ConnectOptions, FollowOptions, StartOptions } from "./connect-options.ts";
import { closed } from "./faults.ts";
import { Followed } from "./followed.ts";
import { givingUp } from "./giving-up.ts";
import { type Incoming, Link, type LinkState } from "./link.ts";
import type { McpChannel, McpChannelOptions } from "./mcp-channel.ts";
import { McpChannels } from "./mcp-channels.ts";
import { newKey } from "./new-key.ts";
import { Requests } from "./requests.ts";
import { systemTimers, type Timers } from "./socket.ts";

/** The frame limit before a server has told its own. */
const usualFrameBytes = 1024 * 1024;

/**
 * A client that connects at once and stays connected until it is closed or let in no more. Never throws: a wrong
 * address or credential is told by `ready` and by whatever is asked.
 */
export function connect(options: ConnectOptions): Client {
  return new Client(options);
}

/**
 * One session with a daemon. It comes back by itself after a cut, goes on where it was, repeats what may be
 * repeated (the last column of the table in docs/protocol.md), and says `OutcomeUnknown` about the rest. Once it has
 * ended, by `close` or because it is let in no more, everything rejects with the same `Fault`.
 */
export class Client implements AsyncDisposable {
  /** Where it looks for the server. */
  readonly url: string;
  readonly #link: Link;
  readonly #requests: Requests;
  readonly #timers: Timers;
  readonly #followed = new Map<CallId, Followed>();
  readonly #streams = new Map<number, Followed>();
  readonly #channels: McpChannels;
  readonly #stateListeners = new Set<(state: LinkState) => void>();
  readonly #cancels = new Cancels();
  readonly #gone = new AbortController();
  #ended: Fault | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ConnectOptions) {
    const { url, client, socket, timers = systemTimers, random = Math.random, firstTries = Infinity } = options;
    this.url = url;
    this.#timers = timers;
    this.#requests = new Requests({
      send: (text) => this.#link.send(text),
      wallMs: () => timers.wallMs(),
      maxFrameBytes: () => this.server?.limits.maxFrameBytes ?? usualFrameBytes,
    });
    const signal = this.#gone.signal;
    this.#channels = new McpChannels({ requests: this.#requests, send: (text) => this.#link.send(text), signal });
    this.#link = new Link({
      url,
      credential: "token" in options ? { token: options.token } : { ticket: options.ticket },
      client,
      socket,
      timers,
      random,
      firstTries,
      onOpen: () => this.#opened(),
      onMessage: (message, bytes) => this.#message(message, bytes),
      onFrame: (frame) => this.#frame(frame),
      onDown: () => this.#down(),
      onEnd: (fault) => this.#end(fault),
    });
    this.#link.connect();
  }

  /** What the server said of itself, its version among it; undefined before the first connection. */
  get server(): SessionOpened | undefined {
    return this.#link.session;
  }

  /** Where its connection is now. */
  get state(): LinkState {
    return this.#link.state;
  }

  /** Told at each change of state, until it is disposed. */
  onState(listener: (state: LinkState) => void): Disposable {
    this.#stateListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#stateListeners.delete(listener) };
  }

  /**
   * Resolves once the session is open, at once where it is; rejects with the fault for which it never will be
   * (`auth.*`, `input.invalid` for what is no address, `client.disconnected` where something else than a daemon answers, no
   * WebSocket comes through, or after `firstTries`, `client.version`) or with the signal's reason.
   */
  ready(signal: AbortSignal = never()): Promise<SessionOpened> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const stop = () => settle(() => reject(signal.reason));
      const look = () => {
        if (this.#ended !== undefined) settle(() => reject(this.#ended));
        else if (this.state === "open" && this.server !== undefined)
          settle(() => resolve(this.server as SessionOpened));
      };
      const listening = this.onState(look);
      const settle = (how: () => void) => {
        listening[Symbol.dispose]();
        signal.removeEventListener("abort", stop);
        how();
      };
      signal.addEventListener("abort", stop, { once: true });
      look();
    });
  }

  /**
   * Any method of the protocol. Without a connection it waits for one; of those that wait or are unanswered there are
   * 10,000 and 16 MiB at most, more is `admission.overloaded`, and what exceeds the frame limit `input.too-large`.
   * Rejects with a `Fault`, with `OutcomeUnknown`, or with the signal's reason, which takes back only the waiting.
   */
  request<M extends Method>(
    method: M,
    params: ParamsInput<M>,
    signal: AbortSignal = never(),
  ): Promise<MethodResult<M>> {
    return this.#requests.ask({ method, params }, signal);
  }

  /**
   * Starts a call and resolves once it is durable. A start whose answer was cut off is repeated under its key
   * and is the same call. Aborting the signal cancels the call; its handle goes on to tell how it ended. Where
   * there is no connection an abort ends the start: with the signal's reason if it was never sent, otherwise
   * with `OutcomeUnknown`. Rejects with `call.too-old` where the connection was away for longer than keys are kept.
   */
  async start(tool: string, request: StartOptions, signal: AbortSignal = never()): Promise<CallHandle> {
    signal.throwIfAborted();
    const params = { key: newKey(), ...request, tool, keyedAt: this.#timers.wallMs() };
    let first: ReturnType<Followed["begun"]> | undefined;
    const onResult = ({ call, stream, answer }: MethodResult<"call.start">) => {
      if (params.follow === true && answer === undefined) first = this.#follow(call).begun(stream);
    };
    using giving = givingUp(this, signal);
    const started = await this.#requests.ask({ method: "call.start", params, onResult }, giving.signal);
    const handle = this.#handle({ call: started.call, answer: started.answer, first }, {});
    if (started.answer === undefined && first?.isComplete !== true) this.#cancels.cancelOn(signal, handle);
    return handle;
  }

  /**
   * A call that was started before, here or anywhere else, as far as this principal may see it. Asks nothing yet: what
   * is not there is told by what is done with the handle.
   */
  follow(call: CallId, options: FollowOptions = {}): CallHandle {
    return this.#handle({ call }, options);
  }

  /** Carries MCP to the daemon: one conversation, begun anew after each cut. */
  mcp(options: McpChannelOptions): McpChannel {
    const channel = this.#channels.add(options);
    if (this.state === "open") channel.opened();
    return channel;
  }

  /** How much waits in memory for the network, and a try at once where it waits before the next. */
  get connection(): Pick<Link, "unsentBytes" | "hurry"> {
    return this.#link;
  }

  /**
   * Says goodbye and resolves once the socket is gone, at the latest after 2 s; everything that waits is refused with
   * `client.disconnected`. Calls go on, but for those that end when their client leaves. Again does nothing.
   */
  async close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => this.#link.end(closed(), resolve));
    await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #handle(
    begun: Pick<ConstructorParameters<typeof CallHandle>[0], "call" | "answer" | "first">,
    options: FollowOptions,
  ) {
    const { call } = begun;
    const { after = 0, offset = 0, hold = false, epoch } = options;
    return new CallHandle({
      ...begun,
      ask: (method, params) => this.request(method, params, this.#gone.signal),
      followed: () => this.#follow(call, epoch),
      onEnded: () => this.#cancels.ended(call),
      after,
      offset,
      hold,
    });
  }

  #follow(call: CallId, since?: string): Followed {
    const known = this.#followed.get(call);
    if (known !== undefined) return known;
    const followed = new Followed({
      call,
      since,
      requests: this.#requests,
      timers: this.#timers,
      send: (message) => this.#link.send(message),
      epoch: () => this.server?.epoch,
      onStream: (which, numbers) => this.#route(which, numbers),
      onIdle: (which, cursor) => this.#forget(which, cursor),
      signal: this.#gone.signal,
    });
    this.#followed.set(call, followed);
    return followed;
  }

  #route(followed: Followed, { was, is }: { was: number | undefined; is: number | undefined }): void {
    if (was !== undefined) this.#streams.delete(was);
    if (is !== undefined) this.#streams.set(is, followed);
  }

  #forget(followed: Followed, cursor: "open" | "ended"): void {
    if (this.#followed.get(followed.call) !== followed) return;
    this.#followed.delete(followed.call);
    // Where it cannot be said the connection is gone, and the server's cursor with it.
    if (cursor === "open" && this.state === "open")
      this.request("call.unfollow", { call: followed.call }, this.#gone.signal).catch(() => {});
  }

  #opened(): void {
    this.#requests.opened();
    for (const followed of [...this.#followed.values()]) followed.opened();
    this.#channels.opened();
    this.#tell();
  }

  #down(): void {
    this.#requests.down();
    for (const followed of [...this.#followed.values()]) followed.down();
    this.#channels.down();
    this.#tell();
  }

  #end(fault: Fault): void {
    this.#ended = fault;
    this.#requests.end(fault);
    for (const followed of [...this.#followed.values()]) followed.end(fault);
    this.#channels.down();
    this.#gone.abort(fault);
    this.#cancels.allEnded();
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#stateListeners]) listener(this.state);
  }

  #message(message: Incoming, bytes: number): void {
    if (message.method === "call.event") {
      const event = message.params as CallEvent;
      this.#followed.get(event.call as CallId)?.event(event, bytes);
      if (isEnding(event.type)) this.#cancels.ended(event.call as CallId);
    } else if (message.method === "call.gap") {
      const gap = callGap.safeParse(message.params);
      if (gap.success) this.#followed.get(gap.data.call)?.gap(gap.data);
    } else if (message.method === "mcp.message" || message.method === "mcp.close")
      this.#channels.heard(message.method, message.params);
    else this.#requests.answered(message);
  }

  #frame(frame: Frame): void {
    if (frame.type !== "stdin" && frame.type !== "ack") this.#streams.get(frame.stream)?.frame(frame);
  }
}

/** Of whoever waits for as long as it takes. */
function never(): AbortSignal {
  return new AbortController().signal;
}
