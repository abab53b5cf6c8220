import type { Clock } from "../../base/clock.ts";
import type { Ids } from "../../base/ids.ts";
import { Fault } from "../../protocol/fault.ts";
import type { SessionId } from "../../protocol/ids.ts";
import type { SessionRow } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import type { Caller } from "./caller.ts";
import type { Credentials, From } from "./credentials.ts";
import type { Replays } from "./replays.ts";
import { advanceSecrets, type ResumeSecrets } from "./resume-secrets.ts";
import { isSecretOf, newSecret } from "./secrets.ts";

/** How a client introduces itself. `said` is kept with the session, for whoever has to go on with it after a restart. */
export interface Introduction {
  name: string;
  version: string;
  said?: string;
}

/** What a client is told once when its session begins or is resumed. */
export interface OpenedSession {
  session: SessionId;
  /** What resumes it next time; shown once. */
  secret: string;
  /** Counts from when it was last seen. */
  ttlMs: number;
}

/**
 * A connection has its session seen anew every half of its life. One that was not seen for this much of it has
 * no connection.
 */
const idleShare = 3 / 4;

/**
 * Sessions outlive their connections and the daemon: ids are ours, secrets change at every open. A principal
 * has only so many. At that limit a new one takes the place of the least recently seen that has no connection,
 * so that clients which went without a word lock nobody out; where all are in use it is refused.
 */
export class Sessions {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #ttlMs: number;
  readonly #credentials: Credentials;
  readonly #replays: Replays;
  readonly #max: number;

  constructor(parts: {
    store: Store;
    clock: Clock;
    ids: Ids;
    ttlMs: number;
    maxPerPrincipal: number;
    credentials: Credentials;
    replays: Replays;
  }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#ids = parts.ids;
    this.#ttlMs = parts.ttlMs;
    this.#credentials = parts.credentials;
    this.#replays = parts.replays;
    this.#max = parts.maxPerPrincipal;
  }

  /** A session of its own for the connection; refuses a caller whose token ended meanwhile. */
  async open(caller: Caller, client: Introduction): Promise<{ caller: Caller; opened: OpenedSession }> {
    const session = this.#ids.next() as SessionId;
    const secret = newSecret();
    const row: SessionRow = {
      id: session,
      principal: caller.principal,
      token: caller.token,
      secretHash: secret.hash,
      previousHash: null,
      client: client.said ?? `${client.name} ${client.version}`,
      ...this.#seen(),
    };
    // A session of a running call would come back without its call: it is never kept, so it cannot be resumed.
    if (caller.call === undefined) await this.#keep(row).catch((error: unknown) => passWhereReadable(error, client));
    // The token may have been revoked while the session was kept: its connections were closed before this one.
    await this.#credentials.admit(caller.token, client.name);
    return { caller: { ...caller, session, client: client.name }, opened: this.#opened(session, secret.text) };
  }

  async resume(
    resume: { session: SessionId; secret: string },
    from: From,
  ): Promise<{ caller: Caller; opened: OpenedSession }> {
    const { session } = resume;
    const row = await this.#store.session({ session });
    if (row === undefined || row.expiresAt <= this.#clock.wallMs()) throw unknownSession();
    const issued = newSecret();
    const next = advanceSecrets(row, { type: "resumed", shown: whichOf(row, resume.secret), issued: issued.hash });
    if (next === undefined || next.previousHash === null)
      throw await this.#replays.refused({ principal: row.principal, what: "resume secret", of: session }, from);
    const caller = await this.#credentials.admit(row.token, from.client);
    const turn = { session, expectHash: next.previousHash, newHash: next.secretHash, ...this.#seen() };
    // Ended, or turned by another connection, since it was read: what is true now decides.
    if (!(await this.#store.turnSession(turn))) return await this.resume(resume, from);
    return { caller: { ...caller, session }, opened: this.#opened(session, issued.text) };
  }

  /**
   * What the client of this session said when it opened it: for gateways whose every request shows the token that
   * the session is bound to. `undefined` where this token opened none of this id, or it has ended.
   */
  async visit({ principal, token }: Caller, session: SessionId): Promise<string | undefined> {
    const row = await this.#store.session({ session });
    if (row === undefined || row.expiresAt <= this.#clock.wallMs()) return undefined;
    return row.principal === principal && row.token === token ? row.client : undefined;
  }

  /** The client has its new secret: the one before it dies. Again whenever the session is to live on. */
  async confirm(session: SessionId): Promise<void> {
    await this.#store.confirmSession({ session, ...this.#seen() });
  }

  /** The client has said that it will not come back. */
  async end(session: SessionId): Promise<void> {
    await this.#store.endSessions({ session });
  }

  /** Durable when it resolves; refuses with `session.limit`. */
  async #keep(session: SessionRow): Promise<void> {
    const now = session.seenAt;
    const idleBefore = now - this.#ttlMs * idleShare;
    if ((await this.#store.putSession({ session, max: this.#max, now, idleBefore })) === "new") return;
    throw new Fault(
      "session.limit",
      `Cannot open a session: this principal has ${this.#max} in use, expected fewer; resume one of them, or end one`,
      { facts: { limit: this.#max }, retryAfterMs: 60_000 },
    );
  }

  #opened(session: SessionId, secret: string): OpenedSession {
    return { session, secret, ttlMs: this.#ttlMs };
  }

  #seen(): { seenAt: number; expiresAt: number } {
    const seenAt = this.#clock.wallMs();
    return { seenAt, expiresAt: seenAt + this.#ttlMs };
  }
}

/**
 * On a full disk nothing is kept, and what is stored can be read all the same: by a session that nobody can resume. A
 * client that said something to be kept would be unknown with its next request.
 */
function passWhereReadable(error: unknown, { said }: Introduction): void {
  if (said !== undefined || !(error instanceof Fault) || error.code !== "store.full") throw error;
}

/** Compares with both, so that time tells nothing. */
function whichOf(secrets: ResumeSecrets, shown: string): "current" | "previous" | "neither" {
  const isCurrent = isSecretOf(shown, secrets.secretHash);
  const isPrevious = isSecretOf(shown, secrets.previousHash);
  if (isCurrent) return "current";
  return isPrevious ? "previous" : "neither";
}

function unknownSession(): Fault {
  return new Fault("session.unknown", "Cannot resume the session: it is not known or has expired, expected a new one");
}
