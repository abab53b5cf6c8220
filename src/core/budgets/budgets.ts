import type { Store } from "../store/store.ts";
import { Days, type DaysParts } from "./days.ts";
import { Meter } from "./meter.ts";
import { Part } from "./part.ts";
import type { Spender } from "./spender.ts";
import { type Limits, limitsOf } from "./spending.ts";

export interface BudgetsParts extends DaysParts {
  store: Pick<Store, "reserve" | "settle" | "spentBy">;
}

/** Who may spend how much: a meter for each call, and the days of each principal behind all of them. */
export class Budgets {
  readonly #store: BudgetsParts["store"];
  readonly #days: Days;

  constructor(parts: BudgetsParts) {
    this.#store = parts.store;
    this.#days = new Days(parts);
  }

  /**
   * The meter of a call; a call has one. A later attempt goes on from what the store knows of the earlier ones.
   * `defaults` are the tool's own limits; the call's budget goes before them.
   */
  async meter(spender: Spender, defaults?: Limits): Promise<Meter> {
    if (spender.attempt > 1) await this.#restore(spender);
    spender.account.limits = limitsOf(spender.budget, defaults);
    return new Meter({ spender, days: this.#days });
  }

  /** A part of a call with an account of its own. */
  part(spender: Spender): Part {
    return new Part({ of: spender, days: this.#days });
  }

  async #restore({ call, account }: Spender): Promise<void> {
    account.restore(await this.#store.spentBy({ call }));
  }
}
