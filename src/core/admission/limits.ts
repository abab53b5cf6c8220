import type { Ask, Counts } from "./admission.ts";
import { Slots, type Tally } from "./slots.ts";

/** How much may be held at once of each kind. What is beyond one of them waits in line. */
export interface Limits {
  /** Calls that run at once: in all, of a principal, of a session. */
  global: number;
  principal: number;
  session: number;
  /** Commands that run at once: in all and of a principal. */
  commands: number;
  commandsPerPrincipal: number;
  agentRunsPerPrincipal: number;
  /** Slots of each account, by the name of its provider. */
  providers: Readonly<Record<string, number>>;
  defaultProvider: number;
  /** Slots of providers that come and go while the daemon runs. */
  passing?: (provider: string) => number | undefined;
}

/** One slot that a permit needs or holds. */
export interface Claim {
  readonly kind: "lane" | "thread" | "provider" | "agent-run";
  readonly slots: Slots;
  readonly name: string;
  readonly onPause: "keep" | "give-back";
}

export type Lane = Ask["lane"];

/** Agent runs have a gate for each principal, as requests have one for each account. */
const runsOf = "agent runs\n";

/** Every kind of slot there is, and which of them a call needs. The two lanes share only threads and providers. */
export class LimitTable {
  readonly threads = new Slots(() => 1);
  readonly providers: Slots;
  readonly #lanes: Record<Lane, Slots>;
  readonly #principals: Record<Lane, Slots>;
  readonly #sessions: Slots;
  readonly #agentRuns: Slots;
  readonly #configured: (account: string) => number;
  /** Of accounts whose provider limits them for now. */
  readonly #allowed = new Map<string, number>();

  constructor(limits: Limits) {
    const perProvider = new Map(Object.entries(limits.providers));
    this.#configured = (account) => {
      const provider = providerOf(account);
      return perProvider.get(provider) ?? limits.passing?.(provider) ?? limits.defaultProvider;
    };
    this.providers = new Slots((account) => this.#allowed.get(account) ?? this.#configured(account));
    this.#lanes = { work: new Slots(() => limits.global), command: new Slots(() => limits.commands) };
    this.#principals = {
      work: new Slots(() => limits.principal),
      command: new Slots(() => limits.commandsPerPrincipal),
    };
    this.#sessions = new Slots(() => limits.session);
    this.#agentRuns = new Slots(() => limits.agentRunsPerPrincipal);
  }

  /** All that an ask needs; they are taken together or not at all. */
  claimsOf(ask: Ask): Claim[] {
    const { lane, principal, session, thread, provider } = ask;
    const onPause = lane === "command" ? "keep" : "give-back";
    const claims: Claim[] = [
      { kind: "lane", slots: this.#lanes[lane], name: lane, onPause },
      { kind: "lane", slots: this.#principals[lane], name: principal, onPause },
    ];
    if (lane === "work") {
      claims.push({ kind: "lane", slots: this.#sessions, name: within(principal, session), onPause });
    }
    if (thread !== undefined) {
      claims.push(this.thread(principal, thread));
    }
    if (ask.agentRun) claims.push(this.agentRun(principal));
    else if (provider !== undefined) claims.push(this.provider(provider));
    return claims;
  }

  thread(principal: string, thread: string): Claim {
    return { kind: "thread", slots: this.threads, name: within(principal, thread), onPause: "keep" };
  }

  agentRun(principal: string): Claim {
    return { kind: "agent-run", slots: this.#agentRuns, name: `${runsOf}${principal}`, onPause: "give-back" };
  }

  provider(account: string): Claim {
    return { kind: "provider", slots: this.providers, name: account, onPause: "give-back" };
  }

  /** Whether a gate is open: an account's, or that of a principal's agent runs. */
  gateHasRoom(gate: string): boolean {
    return (gate.startsWith(runsOf) ? this.#agentRuns : this.providers).hasRoom(gate);
  }

  /** How many slots an account has by the settings. */
  slotsOf(account: string): number {
    return this.#configured(account);
  }

  /** Makes the slots of an account fewer for now; all of them again with as many. */
  allow(account: string, most: number): void {
    if (most < this.#configured(account)) this.#allowed.set(account, most);
    else this.#allowed.delete(account);
  }

  hasRoom(lane: Lane): boolean {
    return this.#lanes[lane].hasRoom(lane);
  }

  principalHasRoom(lane: Lane, principal: string): boolean {
    return this.#principals[lane].hasRoom(principal);
  }

  sessionHasRoom(lane: Lane, principal: string, session: string): boolean {
    return lane === "command" || this.#sessions.hasRoom(within(principal, session));
  }

  /** How many wait for a permit, in both lanes: of a principal and in all. */
  waiting(principal: string): { ofPrincipal: number; inAll: number } {
    const { work, command } = this.#principals;
    return {
      ofPrincipal: work.tally(principal).waiting + command.tally(principal).waiting,
      inAll: this.#lanes.work.tally("work").waiting + this.#lanes.command.tally("command").waiting,
    };
  }

  /** By lane and by provider. Whose account it is at a provider is told to nobody. */
  counts(): Record<string, Counts> {
    const counts: Record<string, Counts> = {};
    for (const lane of ["work", "command"] as const) counts[lane] = countsOf(this.#lanes[lane], lane);
    for (const [provider, accounts] of Map.groupBy(this.providers.names(), providerOf))
      counts[`provider:${provider}`] = accounts.map((account) => countsOf(this.providers, account)).reduce(sumOf);
    return counts;
  }
}

function countsOf(slots: Slots, name: string): Counts {
  return { ...slots.tally(name), limit: slots.limitOf(name) };
}

function sumOf(one: Counts, other: Counts): Counts {
  return {
    held: one.held + other.held,
    quarantined: one.quarantined + other.quarantined,
    waiting: one.waiting + other.waiting,
    limit: one.limit + other.limit,
  };
}

function providerOf(account: string): string {
  return account.split(":", 1)[0] ?? account;
}

/** Ids of principals hold no line break, so no two pairs share a name. */
function within(principal: string, name: string): string {
  return `${principal}\n${name}`;
}

export function haveRoom(claims: readonly Claim[]): boolean {
  return claims.every(({ slots, name }) => slots.hasRoom(name));
}

export function addAll(claims: readonly Claim[], as: keyof Tally): void {
  for (const { slots, name } of claims) slots.add(name, as);
}

export function removeAll(claims: readonly Claim[], as: keyof Tally): void {
  for (const { slots, name } of claims) slots.remove(name, as);
}
