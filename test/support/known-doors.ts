import type { Clock } from "../../src/base/clock.ts";
import type { Caller } from "../../src/core/tenants/caller.ts";
import type { Giver } from "../../src/core/tenants/credentials.ts";
import type { TokenDoors } from "../../src/core/tenants/doors.contract.ts";
import type { EndedToken } from "../../src/core/tenants/doors.ts";
import type { Introduction } from "../../src/core/tenants/sessions.ts";
import { refusalOf, standingOf } from "../../src/core/tenants/standing.ts";
import { Fault } from "../../src/protocol/fault.ts";
import type { CallId, SessionId, TokenId } from "../../src/protocol/ids.ts";
import { someone } from "./core.ts";

const sessionTtlMs = 3_600_000;

/** A session as it is kept. */
interface Kept {
  caller: Caller;
  said: string;
  expiresAt: number;
}

/** Doors in memory that let in whom a test names: `exai_<name>_secret` is the token `token-<name>`. */
export class KnownDoors implements TokenDoors, Disposable {
  readonly attempts: { token: string; address: string; client: string }[] = [];
  readonly sessions = new Map<SessionId, Kept>();
  /** How often a session was written down as seen. */
  seen = 0;
  readonly #clock: Clock;
  readonly #callers = new Map<string, Caller>();
  readonly #revoked = new Set<TokenId>();
  /** By address. */
  readonly #slowed = new Map<string, number>();
  readonly #listeners = new Set<(ended: EndedToken) => void>();
  readonly #expiries = new Map<TokenId, Disposable>();
  #made = 0;

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  add(name: string, more: Partial<Caller> = {}): { text: string; id: TokenId } {
    const { session: _none, ...caller } = someone(name, more);
    const text = `exai_${name}_secret`;
    this.#callers.set(text, caller);
    return { text, id: caller.token };
  }

  async authenticate(token: string, from: { address: string; client: string }): Promise<Caller> {
    this.attempts.push({ token, ...from });
    const caller = this.#callers.get(token);
    if (caller === undefined) throw this.#refused(from.address);
    this.#admit(caller);
    this.#watch(caller);
    return { ...caller, client: from.client };
  }

  bindCall({ token }: Giver, call: CallId): { token: string } & Disposable {
    const giver = [...this.#callers.values()].find((caller) => caller.token === token && caller.call === undefined);
    if (giver === undefined) throw new Error(`${token} was never given`);
    const id = `bound-${++this.#made}`;
    this.#callers.set(id, { ...giver, call });
    const end = () => {
      this.#callers.delete(id);
      this.#tell({ token: id as TokenId, call, why: "revoked" });
    };
    return { token: id, [Symbol.dispose]: end };
  }

  async openSession(caller: Caller, { name, version, said }: Introduction) {
    this.#admit(caller);
    const session = `session-${++this.#made}` as SessionId;
    const kept = { caller, said: said ?? `${name} ${version}`, expiresAt: this.#clock.wallMs() + sessionTtlMs };
    if (caller.call === undefined) this.sessions.set(session, kept);
    return { caller: { ...caller, session, client: name }, opened: { session, secret: "", ttlMs: sessionTtlMs } };
  }

  async visitSession({ token }: Caller, session: SessionId): Promise<string | undefined> {
    const kept = this.sessions.get(session);
    if (kept === undefined || kept.expiresAt <= this.#clock.wallMs()) return undefined;
    return kept.caller.token === token ? kept.said : undefined;
  }

  async confirmSession(session: SessionId): Promise<void> {
    this.seen += 1;
    const kept = this.sessions.get(session);
    if (kept !== undefined) kept.expiresAt = this.#clock.wallMs() + sessionTtlMs;
  }

  async endSession(session: SessionId): Promise<void> {
    this.sessions.delete(session);
  }

  onEnded(listener: (ended: EndedToken) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  revoke(token: TokenId): void {
    this.#revoked.add(token);
    for (const [session, { caller }] of this.sessions) if (caller.token === token) this.sessions.delete(session);
    this.#tell({ token, why: "revoked" });
  }

  /** From now on whoever fails from this address is told to wait. */
  slow(address: string, retryAfterMs: number): void {
    this.#slowed.set(address, retryAfterMs);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#expiries.values()) timer[Symbol.dispose]();
  }

  #admit({ token, expiresAt }: Caller): void {
    const revokedAt = this.#revoked.has(token) ? 0 : null;
    const standing = standingOf({ revokedAt, expiresAt }, this.#clock.wallMs());
    if (standing !== "good") throw refusalOf(standing, "Cannot let you in: the token");
  }

  #watch({ token, expiresAt }: Caller): void {
    if (expiresAt === null || this.#expiries.has(token)) return;
    const leftMs = expiresAt - this.#clock.wallMs();
    this.#expiries.set(
      token,
      this.#clock.timer(leftMs, () => this.#tell({ token, why: "expired" })),
    );
  }

  #refused(address: string): Fault {
    const retryAfterMs = this.#slowed.get(address);
    if (retryAfterMs !== undefined) return new Fault("auth.slowed", "Cannot let you in: too many", { retryAfterMs });
    return new Fault("auth.invalid", "Cannot let you in: the token is not known");
  }

  #tell(ended: EndedToken): void {
    for (const listener of [...this.#listeners]) listener(ended);
  }
}
