import { Fault } from "../../protocol/fault.ts";
import type { Days } from "./days.ts";
import type { Spender } from "./spender.ts";
import { type Charge, costOf, type Fit, fitInto, type Limits, type Price } from "./spending.ts";

/** A request that is about to be sent. */
export interface Want {
  provider: string;
  model: string;
  /** By estimate, margin included. */
  inputTokens: number;
  /** The largest answer that is of use. */
  outputTokens: number;
  price: Price | null;
}

/** What became of a reservation: the vendor's usage, nothing of it (the vendor refused), or unknown. */
export type Outcome = { inputTokens: number; outputTokens: number } | "free" | "unknown";

/** What one call spends, against what it may. Reservations in flight count as spent. */
export class Meter {
  readonly #spender: Spender;
  readonly #limits: Limits;
  readonly #days: Days;
  readonly #held = { inputTokens: 0, outputTokens: 0, usd: 0 };

  constructor({ spender, limits, days }: { spender: Spender; limits: Limits; days: Days }) {
    this.#spender = spender;
    this.#limits = limits;
    this.#days = days;
  }

  /** Counts a model call; its retries belong to it. `budget.exceeded` where none is left. */
  modelCall(): void {
    const { usage } = this.#spender;
    if (usage.modelCalls >= this.#limits.modelCalls) throw this.#exceeded("modelCalls", 1, 0);
    usage.modelCalls++;
  }

  /** What is left for the next request. */
  get left(): Pick<Limits, "inputTokens" | "outputTokens" | "usd"> {
    const { usage } = this.#spender;
    return {
      inputTokens: this.#limits.inputTokens - usage.inputTokens - this.#held.inputTokens,
      outputTokens: this.#limits.outputTokens - usage.outputTokens - this.#held.outputTokens,
      usd: this.#limits.usd - (usage.usd ?? 0) - this.#held.usd,
    };
  }

  /**
   * Reserves for one request, durably. Resolves with how long the answer may be. Faults: `budget.exceeded`,
   * `budget.price-unknown`; nothing is held then.
   */
  async reserve(want: Want): Promise<Hold> {
    if (this.#days.needsPrice && want.price === null) throw priceUnknown(want);
    const { charge } = this.#fitting(want);
    this.#take(charge, 1);
    try {
      const id = await this.#days.reserve(this.#spender, { provider: want.provider, model: want.model }, charge);
      const settle = async (outcome: Outcome) => await this.#settle({ id, charge, price: want.price }, outcome);
      return new Hold(charge, settle);
    } catch (error) {
      this.#take(charge, -1);
      throw error;
    }
  }

  #fitting(want: Want): Extract<Fit, { kind: "fits" }> {
    const answer = fitInto(want, this.left, want.price);
    if (answer.kind === "price-unknown") throw priceUnknown(want);
    if (answer.kind === "short") throw this.#exceeded(answer.limit, answer.needed, answer.left);
    return answer;
  }

  async #settle(held: { id: string; charge: Charge; price: Price | null }, outcome: Outcome): Promise<Settled> {
    const { id, charge, price } = held;
    const used = usedOf(charge, outcome);
    const usd = costOf(used, outcome === "free" ? free : price);
    const settled = { ...used, usd, estimated: outcome === "unknown" };
    this.#take(charge, -1);
    this.#add(settled);
    await this.#days.settle(id, settled);
    return settled;
  }

  #take({ inputTokens, outputTokens, usd }: Charge, sign: 1 | -1): void {
    this.#held.inputTokens += sign * inputTokens;
    this.#held.outputTokens += sign * outputTokens;
    this.#held.usd += sign * (usd ?? 0);
  }

  #add({ inputTokens, outputTokens, usd }: Charge): void {
    const { usage } = this.#spender;
    usage.inputTokens += inputTokens;
    usage.outputTokens += outputTokens;
    usage.usd = usage.usd === null || usd === null ? null : usage.usd + usd;
  }

  #exceeded(limit: keyof Limits, needed: number, left: number): Fault {
    const { modelCalls, inputTokens, outputTokens, usd } = this.#spender.usage;
    const facts = {
      limit,
      allowed: this.#limits[limit],
      needed,
      left,
      spent: { modelCalls, inputTokens, outputTokens, usd },
    };
    const fact = `it needs ${needed} ${limit} and ${left} of ${this.#limits[limit]} are left`;
    return new Fault("budget.exceeded", `Cannot go on with the call: ${fact}, expected a larger budget`, { facts });
  }
}

export interface Settled extends Charge {
  estimated: boolean;
}

const free: Price = { inputUsdPerMillion: 0, outputUsdPerMillion: 0 };

/** A reservation. It is settled once; disposed unsettled it is charged whole, as estimated. */
export class Hold implements AsyncDisposable {
  /** The output limit to send: never more than is reserved. */
  readonly maxOutputTokens: number;
  readonly #settle: (outcome: Outcome) => Promise<Settled>;
  #settled: Promise<Settled> | undefined;

  constructor(charge: Charge, settle: (outcome: Outcome) => Promise<Settled>) {
    this.maxOutputTokens = charge.outputTokens;
    this.#settle = settle;
  }

  /** Charges what it came to. Only the first outcome counts. */
  async settle(outcome: Outcome): Promise<Settled> {
    this.#settled ??= this.#settle(outcome);
    return await this.#settled;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#settled === undefined) await this.settle("unknown");
  }
}

function usedOf(charge: Charge, outcome: Outcome): { inputTokens: number; outputTokens: number } {
  if (outcome === "free") return { inputTokens: 0, outputTokens: 0 };
  return outcome === "unknown" ? charge : outcome;
}

function priceUnknown({ provider, model }: Want): Fault {
  return new Fault(
    "budget.price-unknown",
    `Cannot ask ${provider}/${model} under a money budget: its price is unknown, expected a model with a price`,
    { facts: { provider, model } },
  );
}
