import { type InitializeRequestParams, isInitializeRequest, type JSONRPCRequest } from "@modelcontextprotocol/server";
import type { Clock } from "../../../base/clock.ts";
import { Turnover } from "../../../base/turnover.ts";
import { type Reports, refusalOf } from "../../../core/operations/refusal.ts";
import type { Caller } from "../../../core/tenants/caller.ts";
import type { Doors, EndedToken } from "../../../core/tenants/doors.ts";
import { isEndedBy } from "../../../core/tenants/is-ended-by.ts";
import { Fault } from "../../../protocol/fault.ts";
import { type CallId, type SessionId, sessionId } from "../../../protocol/ids.ts";
import type { McpExchange } from "./mcp-exchange.ts";
import { McpSession, type Servers } from "./mcp-session.ts";

/** What sessions need of the doors. */
export type SessionDoors = Pick<Doors, "openSession" | "visitSession" | "confirmSession" | "endSession" | "onEnded">;

export interface McpSessionsParts {
  servers: Servers;
  doors: SessionDoors;
  reports: Reports;
  clock: Clock;
  epoch: string;
  /** How long a session lives that nobody uses. */
  sessionTtlMs: number;
}

/** Server objects that are kept for sessions with nothing under way; what is beyond them is made anew when asked for. */
const maxIdle = 256;
/** Sessions of one running call, which have no rows that are counted. */
const maxOfCall = 32;
const maxIntroductionChars = 16_384;
/** A session is written down as seen again after this much of its life. */
const seenShare = 1 / 4;

/**
 * The sessions of 2025-11-25 and older. A session is its durable row: id, token, and what its client said at
 * `initialize`. The server object in memory is made of that, whenever it is needed.
 */
export class McpSessions implements AsyncDisposable {
  readonly #parts: McpSessionsParts;
  /** The longest unused first. */
  readonly #live = new Turnover<SessionId, McpSession>();
  readonly #restoring = new Map<string, Promise<McpSession | undefined>>();
  readonly #endings: Disposable;

  constructor(parts: McpSessionsParts) {
    this.#parts = parts;
    this.#endings = parts.doors.onEnded((ended) => this.#forgetToken(ended));
  }

  /** Opens a session and answers its `initialize`; refuses with `session.limit`. */
  async open(exchange: McpExchange, message: JSONRPCRequest): Promise<void> {
    if (!isInitializeRequest(message))
      throw new Fault("input.invalid", "Cannot open a session: the initialize does not fit, expected its parameters");
    if (exchange.caller.call !== undefined) await this.#makeRoom(exchange.caller.call);
    const { caller } = await this.#parts.doors.openSession(exchange.caller, introductionOf(message.params));
    const own = withSession(caller);
    const session = await McpSession.connect({ ...this.#parts, caller: own });
    this.#keep(session);
    exchange.response.setHeader("Mcp-Session-Id", own.session);
    await session.answer(exchange, message);
  }

  /** The session of this id, if this very token opened it; what another's is called is as unknown as what is none. */
  async find(caller: Caller, id: string): Promise<McpSession | undefined> {
    const live = this.#live.get(id as SessionId);
    if (live === undefined) return await this.#restoreOnce(caller, id);
    if (!isSame(live.caller, caller)) return undefined;
    const unseenMs = this.#sinceSeen(live);
    if (unseenMs > this.#parts.sessionTtlMs) {
      await this.#drop(live);
      return undefined;
    }
    this.#keep(live);
    if (unseenMs >= this.#parts.sessionTtlMs * seenShare) await this.#see(live);
    return live;
  }

  /** The client will not come back to it. */
  async end(session: McpSession): Promise<void> {
    await this.#parts.doors.endSession(session.caller.session);
    await this.#drop(session);
  }

  /** While it is held, the session is in use though nothing is asked of it. */
  keepSeen(session: McpSession): Disposable {
    const { clock, sessionTtlMs } = this.#parts;
    const see = () => {
      timer = clock.timer(sessionTtlMs * seenShare, see);
      this.#see(session).catch((error: unknown) => this.#report(error));
    };
    let timer = clock.timer(sessionTtlMs * seenShare, see);
    return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#endings[Symbol.dispose]();
    await Promise.all([...this.#live.values()].map((session) => this.#drop(session)));
  }

  /** Two requests of a session that was put aside make one server object; whom it is refused delays nobody else's. */
  async #restoreOnce(caller: Caller, named: string): Promise<McpSession | undefined> {
    const { data: id } = sessionId.safeParse(named);
    if (id === undefined) return undefined;
    const key = JSON.stringify([id, caller.principal, caller.token, caller.call]);
    const under = this.#restoring.get(key) ?? this.#restore(caller, id);
    this.#restoring.set(key, under);
    try {
      return await under;
    } finally {
      this.#restoring.delete(key);
    }
  }

  async #restore(caller: Caller, id: SessionId): Promise<McpSession | undefined> {
    // Never kept, so there is none to restore; the one of its token is not its own.
    if (caller.call !== undefined) return undefined;
    const said = saidIn(await this.#parts.doors.visitSession(caller, id));
    if (said === undefined) return undefined;
    const own = withSession({ ...caller, session: id, client: said.clientInfo.name });
    const session = await McpSession.restore({ ...this.#parts, caller: own }, said);
    await this.#parts.doors.confirmSession(id);
    this.#keep(session);
    return session;
  }

  /** As the one used last; of those with nothing under way the longest unused go where there are too many. */
  #keep(session: McpSession): void {
    this.#live.set(session.caller.session, session);
    let excess = this.#live.size - maxIdle;
    if (excess <= 0) return;
    for (const eldest of this.#live.values()) {
      if (excess <= 0) return;
      excess -= 1;
      const isForgotten = eldest.transport.isIdle && this.#sinceSeen(eldest) > this.#parts.sessionTtlMs;
      if ((eldest.isIdle || isForgotten) && eldest !== session) this.#leave(eldest);
    }
  }

  /** Of a call's sessions the longest unused goes for a new one; refuses with `session.limit` where all are in use. */
  async #makeRoom(call: CallId): Promise<void> {
    const own = [...this.#live.values()].filter((session) => session.caller.call === call);
    const excess = own.length + 1 - maxOfCall;
    if (excess <= 0) return;
    const idle = own.filter((session) => session.isIdle).slice(0, excess);
    if (idle.length === excess) await Promise.all(idle.map((session) => this.#drop(session)));
    else
      throw new Fault(
        "session.limit",
        `Cannot open a session: this call has ${maxOfCall} in use, expected fewer; use one of them, or end one`,
        { facts: { limit: maxOfCall }, retryAfterMs: 60_000 },
      );
  }

  async #see(session: McpSession): Promise<void> {
    session.seenAtMs = this.#parts.clock.monotonicMs();
    await this.#parts.doors.confirmSession(session.caller.session);
  }

  #sinceSeen(session: McpSession): number {
    return this.#parts.clock.monotonicMs() - session.seenAtMs;
  }

  async #drop(session: McpSession): Promise<void> {
    this.#live.delete(session.caller.session);
    await session[Symbol.asyncDispose]();
  }

  /** Nobody waits until it is gone. */
  #leave(session: McpSession): void {
    this.#drop(session).catch((error: unknown) => this.#report(error));
  }

  #report(error: unknown): void {
    refusalOf(error, this.#parts.reports, { place: "mcp", trace: "" });
  }

  #forgetToken(ended: EndedToken): void {
    for (const session of this.#live.values()) if (isEndedBy(session.caller, ended)) this.#leave(session);
  }
}

/** What is kept of an `initialize`, and all that a later start needs of it. */
function introductionOf({ protocolVersion, capabilities, clientInfo }: InitializeRequestParams) {
  const said = JSON.stringify({ protocolVersion, capabilities, clientInfo });
  if (said.length > maxIntroductionChars)
    throw new Fault(
      "input.too-large",
      `Cannot open a session: what the client says of itself is too long, expected at most ${maxIntroductionChars} characters`,
      { facts: { maxChars: maxIntroductionChars } },
    );
  return { name: clientInfo.name.slice(0, 100), version: clientInfo.version.slice(0, 50), said };
}

/** `undefined` for a session of another kind: its client said it otherwise. */
function saidIn(kept: string | undefined): InitializeRequestParams | undefined {
  return kept?.startsWith("{") === true ? (JSON.parse(kept) as InitializeRequestParams) : undefined;
}

/** A session belongs to the very credential that opened it: its token, or that of one running call. */
function isSame(one: Caller, other: Caller): boolean {
  return one.token === other.token && one.principal === other.principal && one.call === other.call;
}

function withSession(caller: Caller): Caller & { session: SessionId } {
  const { session } = caller;
  if (session === undefined) throw new Error("an opened session has an id");
  return { ...caller, session };
}
