import { Cancelled, LinkedAbort, orAborted, stoppedBy } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../protocol/fault.ts";
import type { Result } from "../../protocol/result.ts";
import { Breaker, type BreakerView, type Pass } from "../models/breaker.ts";
import { Relisting } from "./relisting.ts";
import { Restarts } from "./restarts.ts";
import { SaidLines } from "./said-lines.ts";
import type { UpstreamServer } from "./server.ts";
import { isNotTaken, isTrouble, silent } from "./session-faults.ts";
import { readToolList } from "./tool-list.ts";
import type { ToolList, UpstreamConnection, UpstreamConnector, UpstreamRequest, UpstreamUser } from "./upstream.ts";

export interface UpstreamSessionParts {
  server: UpstreamServer;
  user: UpstreamUser;
  connector: Pick<UpstreamConnector, "connect">;
  clock: Clock;
  /** It has another list now, or none any more. */
  onChange: () => void;
}

interface Connected {
  connection: UpstreamConnection;
  list: ToolList;
}

/** A call's way to a server; the session does not end while somebody has one. */
export interface Lease extends Disposable {
  readonly list: ToolList;
  /**
   * As the connection's `call`. What a server that forgot its session did not take is sent to a new one, once.
   */
  call(request: UpstreamRequest, signal: AbortSignal): Promise<Result>;
}

export interface SessionView {
  state: "idle" | "starting" | "ready" | "waiting" | "resting";
  protocol?: string;
  retryAfterMs?: number;
  lastFault?: BreakerView["lastFault"];
  said: readonly string[];
}

/**
 * What one user has of one server: begun when it is first needed, ended when nobody has used it for a while. One
 * that fails is started again later and later; one that fails again and again is left alone for a rest.
 */
export class UpstreamSession implements AsyncDisposable {
  readonly #parts: UpstreamSessionParts;
  readonly #breaker: Breaker;
  readonly #restarts: Restarts;
  readonly #relisting: Relisting;
  readonly #said = new SaidLines();
  readonly #closing = new AbortController();
  readonly #endings = new Set<Promise<void>>();
  #connecting: Promise<Connected> | undefined;
  #connected: Connected | undefined;
  #isStarting = false;
  #users = 0;
  #idle: Disposable | undefined;
  #removed: Fault | undefined;
  /** Who waits until nobody uses it. */
  #left: PromiseWithResolvers<void> | undefined;

  constructor(parts: UpstreamSessionParts) {
    const { clock, server } = parts;
    this.#parts = parts;
    this.#restarts = new Restarts({ clock });
    this.#relisting = new Relisting({ clock, read: () => this.#listAgain() });
    const code = "upstream.breaker-open";
    this.#breaker = new Breaker({ clock, account: server.name, code, isTrouble });
  }

  /** What it has now; `undefined` while it is not there. */
  get list(): ToolList | undefined {
    return this.#connected?.list;
  }

  /** Whether nothing would be lost with it: nobody uses it, and it is not left alone. */
  get isSpare(): boolean {
    return this.#users === 0 && this.#breaker.view().state !== "open";
  }

  view(): SessionView {
    const { state, retryAfterMs, lastFault } = this.#breaker.view();
    return {
      state: state === "open" ? "resting" : this.#phase(),
      ...(this.#connected && { protocol: this.#connected.connection.protocol }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(lastFault !== undefined && { lastFault }),
      said: this.#said.lines,
    };
  }

  /**
   * Waits until the server is there. Refuses with `upstream.unavailable` or `upstream.silent` where it is not, and
   * with `upstream.breaker-open` where that was so too often.
   */
  async enter(signal: AbortSignal): Promise<Lease> {
    const pass = this.#breaker.pass();
    this.#use();
    try {
      const connected = await orAborted(this.#reached(), signal);
      return {
        list: connected.list,
        call: (request, until) => this.#call({ connected, pass }, request, until),
        [Symbol.dispose]: () => {
          pass[Symbol.dispose]();
          this.#leave();
        },
      };
    } catch (error) {
      if (error instanceof Fault) pass.failed(error.view());
      else if (stoppedBy(signal) === "deadline") pass.failed(silent(this.#parts.server, "start").view());
      else pass[Symbol.dispose]();
      this.#leave();
      throw this.#reasonOf(error, signal);
    }
  }

  /** Ends it with all its calls, which fail with this. */
  async remove(fault: Fault): Promise<void> {
    this.#removed = fault;
    await this[Symbol.asyncDispose]();
  }

  /** Ends it once the last who uses it has left; nobody enters any more. */
  async retire(): Promise<void> {
    this.#left = Promise.withResolvers();
    if (this.#users > 0) await this.#left.promise;
    await this[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Cancelled("shutdown"));
    await this.#connecting?.catch(() => {});
    this.#end();
    await Promise.all(this.#endings);
    this.#relisting[Symbol.dispose]();
  }

  #phase(): SessionView["state"] {
    if (this.#connected !== undefined) return "ready";
    if (!this.#isStarting) return "idle";
    return this.#restarts.waitMs > 0 ? "waiting" : "starting";
  }

  #use(): void {
    this.#users += 1;
    this.#idle?.[Symbol.dispose]();
  }

  #leave(): void {
    this.#users -= 1;
    if (this.#users === 0) this.#left?.resolve();
    this.#endWhenIdle();
  }

  #endWhenIdle(): void {
    this.#idle?.[Symbol.dispose]();
    if (this.#users > 0 || this.#connected === undefined || this.#closing.signal.aborted) return;
    this.#idle = this.#parts.clock.timer(this.#parts.server.idleMs, () => this.#end());
  }

  async #call(
    { connected, pass }: { connected: Connected; pass: Pass },
    request: UpstreamRequest,
    signal: AbortSignal,
  ): Promise<Result> {
    try {
      const result = await this.#callOnce(connected, request, signal);
      pass.worked();
      return result;
    } catch (error) {
      if (error instanceof Fault) pass.failed(error.view());
      else if (stoppedBy(signal) === "deadline") pass.failed(silent(this.#parts.server, "answer").view());
      // One that answers nobody any more is not asked again: the next one who comes starts another.
      if (this.#breaker.view().state === "open") this.#end();
      throw this.#reasonOf(error, signal);
    }
  }

  /** That its server was removed goes before whatever came of it. */
  #reasonOf(error: unknown, signal: AbortSignal): unknown {
    return signal.aborted ? error : (this.#removed ?? error);
  }

  async #callOnce(connected: Connected, request: UpstreamRequest, signal: AbortSignal): Promise<Result> {
    try {
      return await connected.connection.call(request, signal);
    } catch (error) {
      if (!isNotTaken(error) || signal.aborted) throw error;
      this.#over(connected, { fault: undefined, beganMs: 0 });
      const again = await orAborted(this.#reached(), signal);
      return await again.connection.call(request, signal);
    }
  }

  /** The one connection that all wait for; who leaves does not take it along. */
  async #reached(): Promise<Connected> {
    if (this.#connecting === undefined) {
      this.#connecting = this.#connect();
      // Whoever waited for it may have left.
      this.#connecting.catch(() => {});
    }
    return await this.#connecting;
  }

  async #connect(): Promise<Connected> {
    const beganMs = this.#parts.clock.monotonicMs();
    this.#isStarting = true;
    try {
      await this.#restarts.due(this.#closing.signal);
      const connected = await this.#start();
      this.#connected = connected;
      void connected.connection.ended.then((fault) => this.#over(connected, { fault, beganMs }));
      this.#parts.onChange();
      this.#endWhenIdle();
      return connected;
    } catch (error) {
      this.#connecting = undefined;
      this.#restarts.lost({ livedMs: 0 });
      throw error;
    } finally {
      this.#isStarting = false;
    }
  }

  async #start(): Promise<Connected> {
    const { server, user, connector, clock } = this.#parts;
    using until = new LinkedAbort(this.#closing.signal);
    using _timer = clock.timer(server.startMs, () => until.abort(new Cancelled("limit")));
    const { signal } = until;
    await using undo = new AsyncDisposableStack();
    try {
      const onSaid = (line: string) => this.#said.add(line);
      const onToolsChanged = () => this.#relisting.changed();
      const connection = undo.use(await connector.connect({ server, user, onToolsChanged, onSaid }, signal));
      const list = readToolList(server, await orAborted(connection.list(signal), signal));
      this.#relisting.listed();
      undo.move();
      return { connection, list };
    } catch (error) {
      if (stoppedBy(signal) === "limit") throw silent(server, "start");
      throw error;
    }
  }

  /** It is gone, or was ended: the next one who comes starts it again. */
  #over(connected: Connected, { fault, beganMs }: { fault: Fault | undefined; beganMs: number }): void {
    if (this.#connected !== connected) return;
    if (fault !== undefined) this.#restarts.lost({ livedMs: this.#parts.clock.monotonicMs() - beganMs });
    this.#connected = undefined;
    this.#connecting = undefined;
    this.#relisting[Symbol.dispose]();
    this.#idle?.[Symbol.dispose]();
    this.#parts.onChange();
    const ending = this.#dispose(connected).finally(() => this.#endings.delete(ending));
    this.#endings.add(ending);
  }

  #end(): void {
    if (this.#connected !== undefined) this.#over(this.#connected, { fault: undefined, beganMs: 0 });
  }

  async #dispose({ connection }: Connected): Promise<void> {
    try {
      await connection[Symbol.asyncDispose]();
    } catch (error) {
      this.#said.add(`(it could not be ended: ${error instanceof Error ? error.message : error})`);
    }
  }

  /** Where it cannot be read the last list stays, and the reason stands among what the server said. */
  async #listAgain(): Promise<void> {
    const connected = this.#connected;
    if (connected === undefined) return;
    const { clock, server } = this.#parts;
    const late = new AbortController();
    using _timer = clock.timer(server.startMs, () => late.abort(new Cancelled("limit")));
    try {
      const list = readToolList(server, await orAborted(connected.connection.list(late.signal), late.signal));
      if (this.#connected !== connected) return;
      connected.list = list;
      this.#parts.onChange();
    } catch (error) {
      this.#said.add(`(its tools could not be listed again: ${error instanceof Error ? error.message : error})`);
    }
  }
}
