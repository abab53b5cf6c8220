import { hash } from "node:crypto";
import type { Fault } from "../../protocol/fault.ts";
import type { Price } from "../../protocol/price.ts";
import type { Usage } from "../../protocol/result.ts";
import type { Days } from "./days.ts";
import { looping, mostAlike } from "./loop-rule.ts";
import type { Payer } from "./spender.ts";
import { type Charge, costOf, type Fit, fitInto, priceUnknown } from "./spending.ts";

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

/** What one call spends, against what it and those above it may. Reservations in flight count as spent. */
export class Meter {
  readonly #spender: Payer;
  readonly #days: Days;
  /** How often each prompt of this call was put, by its hash; as many as there may be model calls. */
  readonly #asked = new Map<string, number>();
  /** Model calls that no request was reserved for yet: the next one puts them on record. */
  #unreserved = 0;

  constructor({ spender, days }: { spender: Payer; days: Days }) {
    this.#spender = spender;
    this.#days = days;
  }

  /** Grows with every settled request. */
  get usage(): Usage {
    return this.#spender.account.usage;
  }

  /**
   * Counts a model call; its retries belong to it. `prompt` is all that the model is told, its name included.
   * `budget.exceeded` where no call is left, `call.looping` where it was told just that twice before.
   */
  modelCall(prompt: string): void {
    const asked = hash("sha256", prompt, "base64url");
    const before = this.#asked.get(asked) ?? 0;
    if (before >= mostAlike) throw samePrompt(before);
    this.#spender.account.modelCall();
    this.#unreserved++;
    this.#asked.set(asked, before + 1);
  }

  /**
   * Reserves for one request, durably. Resolves with how long the answer may be. Faults: `budget.exceeded`,
   * `budget.price-unknown`; nothing is held then.
   */
  async reserve(want: Want): Promise<Hold> {
    const { charge } = this.#fitting(want);
    const { account } = this.#spender;
    account.hold(charge);
    const { provider, model } = want;
    const modelCalls = this.#unreserved;
    this.#unreserved = 0;
    try {
      const id = await this.#days.reserve(this.#spender, { provider, model, modelCalls }, charge);
      const settle = async (outcome: Outcome) => await this.#settle({ id, charge, price: want.price }, outcome);
      return new Hold(charge, settle);
    } catch (error) {
      this.#unreserved += modelCalls;
      account.free(charge);
      throw error;
    }
  }

  #fitting(want: Want): Extract<Fit, { kind: "fits" }> {
    const { account } = this.#spender;
    const answer = fitInto(want, account.left, want.price);
    if (answer.kind === "price-unknown") throw priceUnknown(want);
    if (answer.kind === "short") throw account.exceeded(answer.limit, answer.needed);
    return answer;
  }

  async #settle(held: { id: string; charge: Charge; price: Price | null }, outcome: Outcome): Promise<Settled> {
    const { id, charge, price } = held;
    const { account } = this.#spender;
    const used = usedOf(charge, outcome);
    const usd = costOf(used, outcome === "free" ? free : price);
    const settled = { ...used, usd, estimated: outcome === "unknown" };
    account.free(charge);
    account.add(settled);
    await this.#days.settle(id, settled);
    return settled;
  }
}

/** What was charged for one request in the end; `estimated` where nobody told what it took. */
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

function samePrompt(times: number): Fault {
  return looping("ask the model", `this call has put the same prompt ${times} times`, { times });
}
