import type { Clock } from "../../base/clock.ts";
import type { Ids } from "../../base/ids.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId, SessionId, TokenId } from "../../protocol/ids.ts";
import type { Store } from "../store/store.ts";
import type { Caller } from "./caller.ts";
import { Credentials, type From, type Giver } from "./credentials.ts";
import { Expiries } from "./expiries.ts";
import { KnownTokens } from "./known-tokens.ts";
import { objectionTo } from "./objection.ts";
import { Replays } from "./replays.ts";
import type { Usable } from "./scopes.ts";
import { type Introduction, type OpenedSession, Sessions } from "./sessions.ts";
import { SlowDown } from "./slow-down.ts";
import { Tickets } from "./tickets.ts";

/** A token whose connections must close now. */
export interface EndedToken {
  token: TokenId;
  /** Set where it was the credential of a running call: connections that act for that call close. */
  call?: CallId;
  why: "revoked" | "expired";
}

/** The only ways in: tokens, sessions, tickets, and the tokens of running calls. */
export class Doors implements Disposable {
  /** The only way to change one, or a principal. */
  readonly tokens: KnownTokens;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #credentials: Credentials;
  readonly #sessions: Sessions;
  readonly #tickets: Tickets;
  readonly #expiries: Expiries;
  readonly #listeners = new Set<(ended: EndedToken) => void>();

  constructor(parts: {
    store: Store;
    clock: Clock;
    ids: Ids;
    settings: { sessionTtlMs: number; maxSessions: number; allRoots: readonly string[] };
  }) {
    const { store, clock, ids, settings } = parts;
    const slowDown = new SlowDown(clock);
    const replays = new Replays({ store, clock, slowDown });
    this.#expiries = new Expiries({ clock, onExpired: (token) => this.#tell({ token, why: "expired" }) });
    this.tokens = new KnownTokens({
      store,
      clock,
      onRevoked: (token) => this.#revoked(token),
      onShortened: (token, expiresAt) => this.#expiries.change(token, expiresAt),
    });
    const credentials = new Credentials({
      store,
      clock,
      allRoots: settings.allRoots,
      slowDown,
      expiries: this.#expiries,
      known: this.tokens,
    });
    this.#store = store;
    this.#clock = clock;
    this.#credentials = credentials;
    this.#tickets = new Tickets({ store, clock, credentials, replays });
    this.#sessions = new Sessions({
      store,
      clock,
      ids,
      ttlMs: settings.sessionTtlMs,
      maxPerPrincipal: settings.maxSessions,
      credentials,
      replays,
    });
  }

  /** Refuses with `auth.invalid`, `auth.expired`, `auth.revoked`, or `auth.slowed` after repeated failures. */
  authenticate(token: string, from: From): Promise<Caller> {
    return this.#credentials.authenticate(token, from);
  }

  /** A new session; refuses with `session.limit` where the principal uses all that it may have. One opened by a running call's token, or on a full disk, cannot be resumed. */
  openSession(caller: Caller, client: Introduction): Promise<{ caller: Caller; opened: OpenedSession }> {
    return this.#sessions.open(caller, client);
  }

  /** The session with a new secret; refuses with `session.unknown`, `auth.replayed`, `auth.revoked` or `auth.expired`. */
  resumeSession(
    resume: { session: SessionId; secret: string },
    from: From,
  ): Promise<{ caller: Caller; opened: OpenedSession }> {
    return this.#sessions.resume(resume, from);
  }

  /** What the client of this session said when this token opened it; `undefined` where it opened no such one, or that has ended. */
  visitSession(caller: Caller, session: SessionId): Promise<string | undefined> {
    return this.#sessions.visit(caller, session);
  }

  /** At the client's first frame: the secret before the newest dies. Also keeps the session alive for another ttl. */
  confirmSession(session: SessionId): Promise<void> {
    return this.#sessions.confirm(session);
  }

  /** At a client's farewell: nobody comes back to the session, and it counts no longer. An unknown one is none. */
  endSession(session: SessionId): Promise<void> {
    return this.#sessions.end(session);
  }

  /** For clients that may not hold a token. A running call's token cannot pass itself on. */
  async createTicket(caller: Caller): Promise<{ ticket: string; ttlMs: number }> {
    if (caller.call !== undefined)
      throw new Fault(
        "auth.scope",
        "Cannot create a ticket: the token belongs to a running call, expected one of its own",
      );
    return await this.#tickets.create(caller);
  }

  /** Refuses with `auth.replayed` on a second use, `auth.invalid` or `auth.slowed` where it never was one. */
  redeemTicket(ticket: string, from: From): Promise<Caller> {
    return this.#tickets.redeem(ticket, from);
  }

  /** A token under which everything that comes back is this call's child; it ends when disposed. */
  bindCall(giver: Giver, call: CallId): { token: string } & Disposable {
    const bound = this.#credentials.bindCall(giver, call);
    const end = () => {
      bound[Symbol.dispose]();
      this.#tell({ token: bound.id, call, why: "revoked" });
    };
    return { token: bound.token, [Symbol.dispose]: end };
  }

  /** Why a call of an earlier time may not go on now; what the daemon itself started always may. */
  async objection({ token }: { token: TokenId | null }, tool: Usable): Promise<Fault | undefined> {
    if (token === null) return undefined;
    return objectionTo(await this.#store.token({ id: token }), tool, this.#clock.wallMs());
  }

  /** Fires with tokens whose connections must close now: at once when revoked, by a timer when expired. */
  onEnded(listener: (ended: EndedToken) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  #revoked(token: TokenId): void {
    this.#expiries.forget(token);
    this.#tell({ token, why: "revoked" });
  }

  #tell(ended: EndedToken): void {
    for (const listener of [...this.#listeners]) listener(ended);
  }

  [Symbol.dispose](): void {
    this.#expiries[Symbol.dispose]();
    this.#listeners.clear();
  }
}
