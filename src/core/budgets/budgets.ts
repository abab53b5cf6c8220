import { Days, type DaysParts } from "./days.ts";
import { Meter } from "./meter.ts";
import { Part } from "./part.ts";
import type { Spender } from "./spender.ts";
import { type Limits, limitsOf } from "./spending.ts";

/** Who may spend how much: a meter for each call, and the days of each principal behind all of them. */
export class Budgets {
  readonly #days: Days;

  constructor(parts: DaysParts) {
    this.#days = new Days(parts);
  }

  /** The meter of a call; a call has one. `defaults` are the tool's own limits; the call's budget goes before them. */
  meter(spender: Spender, defaults?: Limits): Meter {
    spender.account.limits = limitsOf(spender.budget, defaults);
    return new Meter({ spender, days: this.#days });
  }

  /** A part of a call with an account of its own. */
  part(spender: Spender): Part {
    return new Part({ of: spender, days: this.#days });
  }
}
