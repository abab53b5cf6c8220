import { Fault } from "../../protocol/fault.ts";
import { spendingOf, type Usage } from "../../protocol/result.ts";
import { nameModel } from "./name-model.ts";
import type { Charge, Limits } from "./spending.ts";

/** What is left of a limit, and whose limit it is. */
interface Least {
  account: Account;
  left: number;
}

/**
 * What one call and all below it have used and hold for requests in flight, against what they may. Whatever a
 * call takes is taken of every call above it too, at once: calls side by side never overspend what is above them.
 */
export class Account {
  /** Grows with every settled request of this call and of those below. */
  readonly usage: Usage;
  /** Of this call alone; those above it have theirs. */
  limits: Limits;
  readonly #above: Account | undefined;
  /** What it began with is known above. */
  readonly #requestsBefore: number;
  readonly #held = { inputTokens: 0, outputTokens: 0, usd: 0 };

  /** `usage` is where it begins: what an earlier start of the daemon took, which counts above already. */
  constructor({ usage, limits, above }: { usage: Usage; limits: Limits; above?: Account | undefined }) {
    this.usage = usage;
    this.#requestsBefore = usage.requests;
    this.limits = limits;
    this.#above = above;
  }

  /** What is left for the next request, of this call and of all above it. */
  get left(): Limits {
    return {
      modelCalls: this.#least("modelCalls").left,
      inputTokens: this.#least("inputTokens").left,
      outputTokens: this.#least("outputTokens").left,
      usd: this.#least("usd").left,
    };
  }

  /** Counts a model call; `budget.exceeded` where none is left. */
  modelCall(): void {
    if (this.#least("modelCalls").left < 1) throw this.exceeded("modelCalls", 1);
    for (const account of this.#upwards()) account.usage.modelCalls++;
  }

  /**
   * Puts a request's charge aside, here and in all above, before it is sent; `free` takes it back, however it ended.
   */
  hold(charge: Charge): void {
    this.#take(charge, 1);
  }

  /** What was held is no longer. */
  free(charge: Charge): void {
    this.#take(charge, -1);
  }

  /** What a request came to; `estimated` where nobody told. */
  add({ inputTokens, outputTokens, usd, estimated }: Charge & { estimated: boolean }): void {
    for (const { usage } of this.#upwards()) {
      if (estimated) usage.estimated = (usage.estimated ?? 0) + 1;
      usage.inputTokens += inputTokens;
      usage.outputTokens += outputTokens;
      usage.usd = usage.usd === null || usd === null ? null : usage.usd + usd;
    }
  }

  /** Names whom a call below asked that ended in an earlier start of the daemon; what that took is counted already. */
  recall({ retries, models }: Pick<Usage, "retries" | "models">): void {
    this.usage.retries += retries;
    for (const asked of models) nameModel(this.usage, asked);
  }

  /** Whom it asked, and how often, is part of what the call above did; to be told once, at its end. */
  end(): void {
    if (this.#above === undefined) return;
    const { usage } = this.#above;
    usage.requests += this.usage.requests - this.#requestsBefore;
    usage.retries += this.usage.retries;
    for (const asked of this.usage.models) nameModel(usage, asked);
  }

  /** The refusal of what needs more than is left, with what was spent. */
  exceeded(limit: keyof Limits, needed: number): Fault {
    const { account, left } = this.#least(limit);
    const allowed = account.limits[limit];
    const spent = spendingOf(account.usage);
    const fact = `it needs ${needed} ${limit} and ${Math.max(0, left)} of ${allowed} are left`;
    return new Fault("budget.exceeded", `Cannot go on with the call: ${fact}, expected a larger budget`, {
      facts: { limit, allowed, needed, left: Math.max(0, left), spent },
    });
  }

  #least(limit: keyof Limits): Least {
    let least: Least = { account: this, left: Number.POSITIVE_INFINITY };
    for (const account of this.#upwards()) {
      const left = account.#ownLeft(limit);
      if (left < least.left) least = { account, left };
    }
    return least;
  }

  #ownLeft(limit: keyof Limits): number {
    const held = limit === "modelCalls" ? 0 : this.#held[limit];
    return this.limits[limit] - (this.usage[limit] ?? 0) - held;
  }

  #take({ inputTokens, outputTokens, usd }: Charge, sign: 1 | -1): void {
    for (const account of this.#upwards()) {
      account.#held.inputTokens += sign * inputTokens;
      account.#held.outputTokens += sign * outputTokens;
      account.#held.usd += sign * (usd ?? 0);
    }
  }

  *#upwards(): Iterable<Account> {
    yield this;
    if (this.#above !== undefined) yield* this.#above.#upwards();
  }
}
