import { expect } from "vitest";
import type { Ask, Counts, Permit } from "../../src/core/admission/admission.ts";
import { Arbiter, type ArbiterLimits } from "../../src/core/admission/arbiter.ts";
import { Fault } from "../../src/protocol/fault.ts";
import type { PrincipalId } from "../../src/protocol/ids.ts";
import { ManualClock } from "./manual-clock.ts";

export const limits: ArbiterLimits = {
  global: 3,
  principal: 2,
  session: 1,
  commands: 2,
  commandsPerPrincipal: 1,
  agentRunsPerPrincipal: 2,
  providers: { glm: 1, kimi: 2 },
  defaultProvider: 1,
  waitMs: 60_000,
  maxWaitingPerPrincipal: 4,
  maxWaiting: 7,
};

export type AskShape = Pick<Ask, "lane" | "session" | "ahead"> & {
  principal: string;
  thread?: string;
  provider?: string;
};

/** A slot by a readable name; what a permit is, in the model, is the list of its slots. */
function slotsOf(ask: AskShape): string[] {
  const { lane, principal, session, thread, provider } = ask;
  const slots = [lane, `${lane} of ${principal}`];
  if (lane === "work") slots.push(`session ${principal}/${session}`);
  if (thread !== undefined) slots.push(`thread ${principal}/${thread}`);
  if (provider !== undefined) slots.push(`provider:${provider}`);
  return slots;
}

function limitOf(slot: string): number {
  if (slot === "work") return limits.global;
  if (slot === "command") return limits.commands;
  if (slot.startsWith("work of")) return limits.principal;
  if (slot.startsWith("command of")) return limits.commandsPerPrincipal;
  if (slot.startsWith("session")) return limits.session;
  return slot === "provider:kimi:main" ? 2 : 1;
}

const keptOnPause = (lane: Ask["lane"]) => (slot: string) =>
  slot.startsWith("thread") || (lane === "command" && slot.startsWith("command"));
const isProvider = (slot: string) => slot.startsWith("provider:");

export interface Holding {
  permit: Permit;
  slots: string[];
  ask: AskShape;
  state: "runs" | "quarantined" | "parked" | "lent";
}

interface Waiting {
  ask: AskShape;
  need: string[];
  order: number;
  sinceMs: number;
  abort: AbortController;
  parked: Holding | undefined;
  place?: number;
}

/** The arbiter beside lists that are searched from end to end: slow, and plain to see. */
export class World {
  readonly clock = new ManualClock();
  readonly arbiter = new Arbiter({ clock: this.clock, limits });
  holdings: Holding[] = [];
  waiting: Waiting[] = [];
  /** Several things happen in one turn: whose turn it was is then not to be seen from outside. */
  isRace = false;
  #news: (() => void)[] = [];
  #asked = 0;

  ask(ask: AskShape, parked?: Holding): void {
    const kept = parked?.slots ?? [];
    const place = this.#permitsWaitedFor(ask.principal) + 1;
    const one = this.#join(
      ask,
      slotsOf(ask).filter((slot) => !(kept.includes(slot) || (parked && isProvider(slot)))),
      parked,
    );
    const onQueued = (told: number) => {
      one.place = told;
    };
    const told = { onQueued, ...(parked && { parked: parked.permit }) };
    this.#follow(one, this.arbiter.enter({ ...(ask as unknown as Ask), ...told }, one.abort.signal));
    expect(one.place ?? place).toBe(place);
  }

  leaf(principal: string, provider: string): void {
    const ask: AskShape = { principal, provider, lane: "work", session: "", ahead: true };
    const one = this.#join(ask, [`provider:${provider}`]);
    const leaf = this.arbiter.leaf(provider, principal as PrincipalId, one.abort.signal);
    this.#follow(one, leaf as Promise<Permit>);
  }

  drop(holding: Holding): void {
    holding.permit[Symbol.dispose]();
    this.holdings = this.holdings.filter((other) => other !== holding);
  }

  park(holding: Holding): void {
    holding.permit = holding.permit.park();
    holding.slots = holding.slots.filter(keptOnPause(holding.ask.lane));
    holding.state = "parked";
  }

  lend(holding: Holding, provider: string): void {
    const lent = holding.permit.lend(provider);
    const slot = holding.slots.find(isProvider);
    expect(lent !== undefined).toBe(slot === `provider:${provider}`);
    holding.slots = holding.slots.filter((other) => other !== slot);
    if (lent === undefined || slot === undefined) return;
    this.holdings.push({ permit: lent as Permit, slots: [slot], ask: holding.ask, state: "lent" });
  }

  /** Takes over what happened, in the order in which it did, and checks that all of it was right. */
  async settle(): Promise<void> {
    await new Promise(setImmediate);
    for (const news of this.#news.splice(0)) news();
    this.isRace = false;
    expect(this.waiting.filter((one) => this.#couldRun(one))).toEqual([]);
    expect(this.waiting.filter(({ abort }) => abort.signal.aborted)).toEqual([]);
    expect(this.arbiter.counts()).toEqual(this.#counts());
  }

  #taken(slot: string): number {
    return this.holdings.filter(({ slots }) => slots.includes(slot)).length;
  }

  #couldRun(one: Waiting): boolean {
    const thread = one.need.find((slot) => slot.startsWith("thread"));
    const isFirst = !this.waiting.some(({ need, order }) => thread && need.includes(thread) && order < one.order);
    return isFirst && one.need.every((slot) => this.#taken(slot) < limitOf(slot));
  }

  #counts(): Record<string, Counts> {
    const used = [...this.holdings.flatMap(({ slots }) => slots), ...this.waiting.flatMap(({ need }) => need)];
    const names = ["work", "command", ...used.filter(isProvider)];
    return Object.fromEntries(
      names.map((name) => {
        const holders = this.holdings.filter(({ slots }) => slots.includes(name));
        const quarantined = holders.filter(({ state }) => state === "quarantined").length;
        const waiting = this.waiting.filter(({ need }) => need.includes(name)).length;
        const told = isProvider(name) ? name.slice(0, name.lastIndexOf(":")) : name;
        return [told, { held: holders.length - quarantined, quarantined, waiting, limit: limitOf(name) }];
      }),
    );
  }

  #join(ask: AskShape, need: string[], parked?: Holding): Waiting {
    this.#asked += 1;
    const order = ask.ahead ? this.#asked : this.#asked + 1e6;
    const sinceMs = this.clock.monotonicMs();
    return { ask, need, order, sinceMs, abort: new AbortController(), parked };
  }

  #follow(one: Waiting, permit: Promise<Permit>): void {
    this.waiting.push(one);
    permit.then(
      (granted) => this.#news.push(() => this.#granted(one, granted)),
      (reason) => {
        const waitedMs = this.clock.monotonicMs() - one.sinceMs;
        this.#news.push(() => this.#refused(one, reason, waitedMs));
      },
    );
  }

  #granted(one: Waiting, permit: Permit): void {
    expect(this.#couldRun(one), "a grant without room").toBe(true);
    const { lane, principal, session } = one.ask;
    const inFront = this.waiting.filter((other) => {
      const { ask, order, need } = other;
      const isBeside = ask.lane === lane && ask.principal === principal && ask.session === session;
      return isBeside && order < one.order && need.includes(lane) && one.need.includes(lane) && this.#couldRun(other);
    });
    if (!this.isRace) expect(inFront, "a grant out of turn").toEqual([]);
    this.waiting = this.waiting.filter((other) => other !== one);
    if (one.parked !== undefined) this.holdings = this.holdings.filter((other) => other !== one.parked);
    this.holdings.push({ permit, slots: [...one.need, ...(one.parked?.slots ?? [])], ask: one.ask, state: "runs" });
  }

  #refused(one: Waiting, reason: unknown, waitedMs: number): void {
    this.waiting = this.waiting.filter((other) => other !== one);
    if (!(reason instanceof Fault)) {
      expect(reason).toBe(one.abort.signal.reason);
      return;
    }
    expect(one.ask.ahead).toBe(false);
    const isFull =
      this.#permitsWaitedFor(one.ask.principal) >= limits.maxWaitingPerPrincipal ||
      this.#permitsWaitedFor() >= limits.maxWaiting;
    const expected = { "admission.waited": waitedMs === limits.waitMs, "admission.queue-full": isFull };
    expect(expected).toHaveProperty([reason.code], true);
  }

  #permitsWaitedFor(principal?: string): number {
    const wants = this.waiting.filter(({ need }) => need.includes("work") || need.includes("command"));
    return wants.filter(({ ask }) => principal === undefined || ask.principal === principal).length;
  }
}
