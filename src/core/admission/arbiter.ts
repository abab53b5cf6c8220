import { addAbortListener } from "node:events";
import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../protocol/fault.ts";
import type { PrincipalId, ThreadId } from "../../protocol/ids.ts";
import type { Admission, Ask, Counts, Permit } from "./admission.ts";
import { HeldPermit } from "./held-permit.ts";
import { addAll, type Claim, haveRoom, type Limits, LimitTable } from "./limits.ts";
import { noProvider, type Waiter, WaitingRoom } from "./waiting-room.ts";

/** What may be held, and how long and how many may wait for it. */
export interface ArbiterLimits extends Limits {
  /** A new call waits no longer. */
  waitMs: number;
  /** New calls are refused beyond so many that wait. */
  maxWaitingPerPrincipal: number;
  /** Of all principals together. */
  maxWaiting: number;
}

/** One that wants in. */
interface Entrant extends Waiter {
  /** It gives up by itself after so long. */
  readonly patienceMs: number;
  readonly carried: HeldPermit | undefined;
}

/** One whose turn comes later. */
interface InLine extends Entrant {
  readonly askedMs: number;
  readonly granted: PromiseWithResolvers<Permit>;
  /** Waits no longer, one way or the other. */
  settled: boolean;
}

/** Orders of new calls lie above all orders of those that go ahead. */
const newcomers = 2 ** 50;
const retryAfterMs = 1000;

/**
 * Who goes next. A call gets all of its permits at once or none, so nobody waits while holding a part, and
 * who cannot go holds nobody up who can: whenever something could run, it runs. Nobody deadlocks, since of Coffman's
 * four conditions (ACM Computing Surveys 3, 1971) hold-and-wait is missing: calls wait holding nothing, and what is taken
 * later, a leaf, is held by one who waits for nothing else.
 *
 * One who asks is *in line*, then *granted*, or has *given up* by its signal or its patience: whichever is first decides.
 * A permit is *held*, may be *parked* (a pause gives part of it back and comes again with the rest) or *quarantined* (its
 * call has ended, its tool has not), and is given back once.
 */
export class Arbiter implements Admission {
  readonly #clock: Clock;
  readonly #limits: ArbiterLimits;
  readonly #table: LimitTable;
  readonly #room: WaitingRoom<InLine>;
  #asked = 0;

  constructor(parts: { clock: Clock; limits: ArbiterLimits }) {
    this.#clock = parts.clock;
    this.#limits = parts.limits;
    this.#table = new LimitTable(parts.limits);
    this.#room = new WaitingRoom(this.#table);
  }

  /** A call that goes `ahead` was admitted before: it is never refused, and its wait has no end of its own. */
  async enter(ask: Ask, signal: AbortSignal): Promise<Permit> {
    signal.throwIfAborted();
    const permit = this.enterNow(ask);
    if (permit !== undefined) return permit;
    if (!ask.ahead) this.#refuseIfFull(ask.principal);
    // Told before it stands in line: whatever the listener does, or throws, leaves nothing behind.
    ask.onQueued(this.#table.waiting(ask.principal).ofPrincipal + 1);
    signal.throwIfAborted();
    return await this.#turnOf(this.#entrant(ask), signal);
  }

  /** Also for one that stands nowhere in line: it passes nobody who could go. */
  enterNow(ask: Ask): Permit | undefined {
    const entrant = this.#entrant(ask);
    return this.#room.admits(entrant) ? this.#grant(entrant, 0) : undefined;
  }

  /** Leaves take turns with calls at the account's slots; the wait has no end but the signal's. */
  async leaf(provider: string, principal: PrincipalId, signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    const need = [this.#table.provider(provider)];
    const standing = { outer: principal, inner: "", gate: provider, order: ++this.#asked, need };
    return await this.#turnOf({ ...standing, patienceMs: Number.POSITIVE_INFINITY, carried: undefined }, signal);
  }

  thread(thread: ThreadId, principal: PrincipalId): Disposable {
    return this.#besides(this.#table.thread(principal, thread), () => {
      const message = `Cannot go on in thread ${thread}: another call runs on it, expected it to be free`;
      return new Fault("thread.busy", message, { facts: { thread }, retryAfterMs });
    });
  }

  agentRun(principal: PrincipalId): Disposable {
    const claim = this.#table.agentRun(principal);
    return this.#besides(claim, () => {
      const limit = claim.slots.limitOf(claim.name);
      const message = `Cannot start an agent run below another call: ${limit} run already, expected fewer`;
      return new Fault("admission.queue-full", message, { facts: { limit, of: "agent runs" }, retryAfterMs });
    });
  }

  counts(): Record<string, Counts> {
    return this.#table.counts();
  }

  /** How many an account (`provider:account`) has by the settings, whatever is allowed for now. */
  slotsOf(account: string): number {
    return this.#table.slotsOf(account);
  }

  /** So many slots of an account for now, never more than the settings say. What runs goes on; with more slots than before who waits for them is let in. */
  allow(account: string, most: number): void {
    this.#table.allow(account, most);
    this.#onFreed([this.#table.provider(account)]);
  }

  /** A slot besides what the calls above hold: nobody waits for it. */
  #besides(claim: Claim, busy: () => Fault): Disposable {
    const claims = [claim];
    if (!haveRoom(claims)) throw busy();
    addAll(claims, "held");
    this.#room.changed(claims);
    return new HeldPermit({ claims, waitedMs: 0, onFreed: this.#onFreed });
  }

  #entrant(ask: Ask): Entrant {
    const carried = ask.parked && heldPermit(ask.parked);
    const claims = this.#table.claimsOf(ask);
    const need = carried === undefined ? claims : claims.filter((claim) => carried.lacks(claim));
    const gate = need.find(({ kind }) => kind === "provider" || kind === "agent-run")?.name ?? noProvider;
    this.#asked += 1;
    const order = ask.ahead ? this.#asked : newcomers + this.#asked;
    const patienceMs = ask.ahead ? Number.POSITIVE_INFINITY : this.#limits.waitMs;
    return { outer: ask.principal, inner: ask.session, gate, order, need, patienceMs, carried };
  }

  /** A grant and an abort may come in one turn of the loop: whichever is first decides, and a grant is handed over. */
  async #turnOf(entrant: Entrant, signal: AbortSignal): Promise<Permit> {
    if (this.#room.admits(entrant)) return this.#grant(entrant, 0);
    const askedMs = this.#clock.monotonicMs();
    const inLine: InLine = { ...entrant, askedMs, granted: Promise.withResolvers(), settled: false };
    this.#room.add(inLine);
    using _abort = addAbortListener(signal, () => this.#giveUp(inLine, signal.reason));
    using _clock = this.#patience(inLine);
    return await inLine.granted.promise;
  }

  #patience(entrant: InLine): Disposable | undefined {
    const { patienceMs } = entrant;
    if (patienceMs === Number.POSITIVE_INFINITY) return undefined;
    return this.#clock.timer(patienceMs, () => this.#giveUp(entrant, waitedTooLong(patienceMs)));
  }

  #giveUp(entrant: InLine, reason: unknown): void {
    if (entrant.settled) return;
    entrant.settled = true;
    this.#room.delete(entrant);
    entrant.granted.reject(reason);
    // Who stood behind it in its thread's line may be able to go.
    this.#grantAll();
  }

  /** Takes all slots at once; the room has said that they are free. */
  #grant(entrant: Entrant, waitedMs: number): Permit {
    addAll(entrant.need, "held");
    this.#room.changed(entrant.need);
    const claims = [...entrant.need, ...(entrant.carried?.handOver() ?? [])];
    return new HeldPermit({ claims, waitedMs, onFreed: this.#onFreed });
  }

  readonly #onFreed = (claims: readonly Claim[]): void => {
    this.#room.changed(claims);
    this.#grantAll();
  };

  /** Lets in whoever can go, in turn. Each look costs what {@link FairQueue.first} says, however many wait. */
  #grantAll(): void {
    for (let next = this.#room.next(); next !== undefined; next = this.#room.next()) {
      next.settled = true;
      const permit = this.#grant(next, this.#clock.monotonicMs() - next.askedMs);
      this.#room.serve(next);
      next.granted.resolve(permit);
    }
  }

  #refuseIfFull(principal: PrincipalId): void {
    const { maxWaiting, maxWaitingPerPrincipal } = this.#limits;
    const { ofPrincipal, inAll } = this.#table.waiting(principal);
    const message = (waiting: number, limit: number) =>
      `Cannot queue the call: ${waiting} calls wait already, expected fewer than ${limit}`;
    if (ofPrincipal >= maxWaitingPerPrincipal) {
      const facts = { waiting: ofPrincipal, limit: maxWaitingPerPrincipal, of: "principal" };
      throw new Fault("admission.queue-full", message(ofPrincipal, maxWaitingPerPrincipal), { facts, retryAfterMs });
    }
    if (inAll >= maxWaiting) {
      const facts = { waiting: inAll, limit: maxWaiting, of: "daemon" };
      throw new Fault("admission.queue-full", message(inAll, maxWaiting), { facts, retryAfterMs });
    }
  }
}

/** Slots that somebody else counts cannot be taken over: whoever offers them would lose them in silence. */
function heldPermit(parked: Permit): HeldPermit {
  if (parked instanceof HeldPermit) return parked;
  throw new Error("A call came back with a permit that the arbiter never gave out");
}

function waitedTooLong(waitMs: number): Fault {
  return new Fault(
    "admission.waited",
    `Cannot start the call: no permit became free, expected one within ${waitMs} ms`,
    {
      facts: { waitMs },
      retryAfterMs,
    },
  );
}
