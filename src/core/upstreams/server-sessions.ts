import { Cancelled } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import { exponentialBackoffMs } from "../../base/exponential-backoff.ts";
import { Fault } from "../../protocol/fault.ts";
import type { PrincipalId } from "../../protocol/ids.ts";
import { isSameOffer } from "./offer.ts";
import { isProgram, type UpstreamServer } from "./server.ts";
import type { Offer, UpstreamConnector, UpstreamUser } from "./upstream.ts";
import { type Lease, UpstreamSession } from "./upstream-session.ts";

/** Looks for what a server has, when it could not be reached. */
const again = { firstMs: 5000, longestMs: 300_000 };
/** A user's list that is another says that the common one may be old; it is read again no sooner than after this. */
const freshMs = 60_000;
const busyMs = 1000;

export interface ServerSessionsParts {
  server: UpstreamServer;
  connector: UpstreamConnector;
  clock: Clock;
  /** As whom the daemon itself looks what there is. */
  daemon: UpstreamUser;
  onChange: (change: Change) => void;
}

/** That a server has something else: for one principal, or for everybody where it names none. */
export interface Change {
  what: "offer" | "resources";
  principal?: PrincipalId;
}

interface Entry {
  user: UpstreamUser;
  session: UpstreamSession;
}

/**
 * One server and all its sessions, none of which two users share. What it has is learned by a session of the
 * daemon's own; while a user's own session lasts, what that says counts for this user.
 */
export class ServerSessions implements AsyncDisposable {
  readonly server: UpstreamServer;
  readonly #parts: ServerSessionsParts;
  readonly #sessions = new Map<string, Entry>();
  readonly #closing = new AbortController();
  #known: Offer | undefined;
  #fault: Fault | undefined;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;
  #again: Disposable | undefined;
  #failures = 0;
  #said: readonly string[] = [];

  constructor(parts: ServerSessionsParts) {
    this.server = parts.server;
    this.#parts = parts;
  }

  /** What everybody has who has no session; `undefined` while nobody knows. */
  get known(): Offer | undefined {
    return this.#known;
  }

  /** What it wrote for people when the daemon itself looked what it has. */
  get said(): readonly string[] {
    return this.#said;
  }

  /** Why nobody knows, where the last look has failed. */
  get fault(): Fault | undefined {
    return this.#fault;
  }

  /** Why this user may not have a session, before one is tried; nothing where they may. */
  refusal(user: Pick<UpstreamUser, "role">): Fault | undefined {
    return this.#parts.connector.refusal(this.server, user);
  }

  /** What this principal has: as its newest session says, or else as everybody. */
  offerTo(principal: PrincipalId): Offer | undefined {
    return this.sessionsOf(principal).findLast(({ offer }) => offer !== undefined)?.offer ?? this.#known;
  }

  /** Oldest first; of a program it has one for each set of roots and its role. */
  sessionsOf(principal: PrincipalId): UpstreamSession[] {
    return [...this.#sessions.values()]
      .filter(({ user }) => user.principal === principal)
      .map(({ session }) => session);
  }

  /** Of all users, whatever their state. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** A way to the server in this user's session; refuses where this user may not have it, or too many have. */
  async enter(user: UpstreamUser, signal: AbortSignal): Promise<Lease> {
    const refusal = this.refusal(user);
    if (refusal !== undefined) throw refusal;
    if (this.#closing.signal.aborted) throw this.#unavailable("the daemon stops", {});
    const key = this.#keyOf(user);
    const known = this.#sessions.get(key);
    const { session } = known ?? this.#open(key, user);
    return await session.enter(signal);
  }

  /** Asks the server what it has; never rejects. One look at a time. */
  async look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  /** Its entry is gone: calls under way fail with this. Resolves once nothing of it lives, as the others do. */
  async remove(fault: Fault): Promise<void> {
    await this.#close((session) => session.remove(fault));
  }

  /** Its entry is another one now: calls under way go on to their end. */
  async retire(): Promise<void> {
    await this.#close((session) => session.retire());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close((session) => session[Symbol.asyncDispose]());
  }

  async #close(end: (session: UpstreamSession) => Promise<void>): Promise<void> {
    this.#again?.[Symbol.dispose]();
    this.#closing.abort(new Cancelled("shutdown"));
    await Promise.all([...[...this.#sessions.values()].map(({ session }) => end(session)), this.#looking]);
    this.#sessions.clear();
  }

  #open(key: string, user: UpstreamUser): Entry {
    this.#makeRoom();
    const onChange = (what: Change["what"]) => this.#changed({ what, principal: user.principal });
    const entry = { user, session: new UpstreamSession({ ...this.#parts, user, onChange }) };
    this.#sessions.set(key, entry);
    return entry;
  }

  /** The one that was opened first goes first; who uses one keeps it. */
  #makeRoom(): void {
    const most = this.server.sessions;
    if (this.#sessions.size < most) return;
    const [spare] = [...this.#sessions].filter(([, { session }]) => session.isSpare);
    if (spare === undefined)
      throw this.#unavailable(`all of its ${most} sessions are in use`, { retryAfterMs: busyMs });
    const [key, { session }] = spare;
    this.#sessions.delete(key);
    void session[Symbol.asyncDispose]();
  }

  #changed({ what, principal }: Required<Change>): void {
    this.#parts.onChange({ what, principal });
    if (what === "resources") return;
    const offer = this.offerTo(principal);
    const isOld = this.#parts.clock.monotonicMs() - this.#lookedMs >= freshMs;
    if (isOld && offer !== undefined && this.#known !== undefined && !isSameOffer(offer, this.#known)) void this.look();
  }

  async #look(): Promise<void> {
    const { clock, daemon, onChange } = this.#parts;
    if (this.#closing.signal.aborted || this.refusal(daemon) !== undefined) return;
    this.#again?.[Symbol.dispose]();
    this.#lookedMs = clock.monotonicMs();
    await using session = new UpstreamSession({ ...this.#parts, user: daemon, onChange: () => {} });
    try {
      using lease = await session.enter(this.#closing.signal);
      this.#known = lease.offer;
      this.#fault = undefined;
      this.#failures = 0;
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      this.#fault = error instanceof Fault ? error : this.#unavailable(String(error), {});
      this.#failures += 1;
      const waitMs = exponentialBackoffMs(this.#failures, again);
      this.#again = clock.timer(waitMs, () => void this.look());
    } finally {
      this.#said = session.view().said;
    }
    onChange({ what: "offer" });
  }

  /** Users with the same rights share what is theirs; a program sees the roots of the token that uses it. */
  #keyOf({ principal, role, roots }: UpstreamUser): string {
    return JSON.stringify(isProgram(this.server) ? [principal, role, roots.toSorted()] : [principal]);
  }

  #unavailable(reason: string, details: { retryAfterMs?: number }): Fault {
    const facts = { server: this.server.name };
    return new Fault("upstream.unavailable", `Cannot use ${this.server.name}: ${reason}`, { facts, ...details });
  }
}
