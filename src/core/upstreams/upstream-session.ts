import { Cancelled, orAborted, stoppedBy } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../protocol/fault.ts";
import type { Result } from "../../protocol/result.ts";
import { Breaker, type BreakerView, type Pass } from "../breaker/breaker.ts";
import { Reached } from "./reached.ts";
import { Restarts } from "./restarts.ts";
import { SaidLines } from "./said-lines.ts";
import type { UpstreamServer } from "./server.ts";
import { isNotTaken, isTrouble, silent } from "./session-faults.ts";
import { Turns } from "./turns.ts";
import type {
  Offer,
  Reading,
  UpstreamConnector,
  UpstreamRequest,
  UpstreamResource,
  UpstreamUser,
  Watching,
} from "./upstream.ts";
import { withinTime } from "./within-time.ts";

export interface UpstreamSessionParts {
  server: UpstreamServer;
  user: UpstreamUser;
  connector: Pick<UpstreamConnector, "connect">;
  clock: Clock;
  /** It has something else now, or nothing any more. */
  onChange: (what: "offer" | "resources") => void;
}

/** A way to a server; the session does not end while somebody has one. */
export interface Lease extends Disposable {
  readonly offer: Offer;
  /** Resolves once the session that this way leads to is over. */
  readonly ended: Promise<unknown>;
  /**
   * As the connection's `call`. What a server that forgot its session did not take is sent to a new one, once.
   */
  call(request: UpstreamRequest, signal: AbortSignal): Promise<Result>;
  /** As the connection's `read`, in its turn and within its time. */
  read(reading: Reading, signal: AbortSignal): Promise<unknown>;
  resources(signal: AbortSignal): Promise<readonly UpstreamResource[]>;
  /** As the connection's `watch`. */
  watch(uri: string, onUpdated: () => void, signal: AbortSignal): Promise<Watching | undefined>;
}

/** A session as its user sees it; `said` is what the server wrote for people, oldest first. */
export interface SessionView {
  state: "idle" | "starting" | "ready" | "waiting" | "resting";
  /** The revision of MCP that both agreed on; absent until then. */
  protocol?: string;
  /** While its breaker is open. */
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
  readonly #turns: Turns;
  readonly #said = new SaidLines();
  readonly #closing = new AbortController();
  readonly #endings = new Set<Promise<void>>();
  #connecting: Promise<Reached> | undefined;
  #reached: Reached | undefined;
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
    this.#turns = new Turns({ most: server.calls });
    const { name: what } = server;
    this.#breaker = new Breaker({ clock, what, facts: { server: what }, code: "upstream.breaker-open", isTrouble });
  }

  /** What it has now; `undefined` while it is not there. */
  get offer(): Offer | undefined {
    return this.#reached?.offer;
  }

  /** Whether nothing would be lost with it: nobody uses it, and it is not left alone. */
  get isSpare(): boolean {
    return this.#users === 0 && this.#breaker.view().state !== "open";
  }

  view(): SessionView {
    const { state, retryAfterMs, lastFault } = this.#breaker.view();
    return {
      state: state === "open" ? "resting" : this.#phase(),
      ...(this.#reached && { protocol: this.#reached.connection.protocol }),
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
      const reached = await orAborted(this.#reach(), signal);
      return {
        ...this.#ways({ reached, pass }),
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
  }

  #ways({ reached, pass }: { reached: Reached; pass: Pass }): Omit<Lease, typeof Symbol.dispose> {
    const { connection, offer } = reached;
    return {
      offer,
      ended: connection.ended,
      call: (request, signal) => this.#judged(pass, this.#callOnce(reached, request, signal), signal),
      read: async (reading, signal) => {
        using _turn = await this.#turns.take(signal);
        return await withinTime(this.#parts, signal, async (until) => {
          return await this.#judged(pass, connection.read(reading, until), until);
        });
      },
      resources: (signal) => this.#judged(pass, reached.resources(signal), signal),
      watch: async (uri, onUpdated, signal) =>
        await withinTime(this.#parts, signal, async (until) => {
          return await this.#judged(pass, connection.watch(uri, onUpdated, until), until);
        }),
    };
  }

  #phase(): SessionView["state"] {
    if (this.#reached !== undefined) return "ready";
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
    if (this.#users > 0 || this.#reached === undefined || this.#closing.signal.aborted) return;
    this.#idle = this.#parts.clock.timer(this.#parts.server.idleMs, () => this.#end());
  }

  /** What the server came to, as it speaks for it or against it. */
  async #judged<T>(pass: Pass, asked: Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      const answer = await asked;
      pass.worked();
      return answer;
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

  async #callOnce(reached: Reached, request: UpstreamRequest, signal: AbortSignal): Promise<Result> {
    try {
      return await reached.connection.call(request, signal);
    } catch (error) {
      if (!isNotTaken(error) || signal.aborted) throw error;
      this.#over(reached, { fault: undefined, beganMs: 0 });
      const again = await orAborted(this.#reach(), signal);
      return await again.connection.call(request, signal);
    }
  }

  /** The one connection that all wait for; who leaves does not take it along. */
  async #reach(): Promise<Reached> {
    if (this.#connecting === undefined) {
      this.#connecting = this.#connect();
      // Whoever waited for it may have left.
      this.#connecting.catch(() => {});
    }
    return await this.#connecting;
  }

  async #connect(): Promise<Reached> {
    const { clock, onChange } = this.#parts;
    const beganMs = clock.monotonicMs();
    this.#isStarting = true;
    try {
      await this.#restarts.due(this.#closing.signal);
      const onSaid = (line: string) => this.#said.add(line);
      const reached = await Reached.open({ ...this.#parts, onSaid }, this.#closing.signal);
      this.#reached = reached;
      void reached.connection.ended.then((fault) => this.#over(reached, { fault, beganMs }));
      onChange("offer");
      this.#endWhenIdle();
      return reached;
    } catch (error) {
      this.#connecting = undefined;
      this.#restarts.lost({ livedMs: 0 });
      throw error;
    } finally {
      this.#isStarting = false;
    }
  }

  /** It is gone, or was ended: the next one who comes starts it again. */
  #over(reached: Reached, { fault, beganMs }: { fault: Fault | undefined; beganMs: number }): void {
    if (this.#reached !== reached) return;
    if (fault !== undefined) this.#restarts.lost({ livedMs: this.#parts.clock.monotonicMs() - beganMs });
    this.#reached = undefined;
    this.#connecting = undefined;
    this.#idle?.[Symbol.dispose]();
    this.#parts.onChange("offer");
    const ending = this.#dispose(reached).finally(() => this.#endings.delete(ending));
    this.#endings.add(ending);
  }

  #end(): void {
    if (this.#reached !== undefined) this.#over(this.#reached, { fault: undefined, beganMs: 0 });
  }

  async #dispose(reached: Reached): Promise<void> {
    try {
      await reached[Symbol.asyncDispose]();
    } catch (error) {
      this.#said.add(`(it could not be ended: ${error instanceof Error ? error.message : error})`);
    }
  }
}
