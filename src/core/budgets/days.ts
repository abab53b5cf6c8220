import type { Clock } from "../../base/clock.ts";
import { beginOfDay, dayMs } from "../../base/day.ts";
import type { Ids } from "../../base/ids.ts";
import { Fault } from "../../protocol/fault.ts";
import type { PrincipalId } from "../../protocol/ids.ts";
import type { Reservation, SpendLimit } from "../store/spend.ts";
import type { Store } from "../store/store.ts";
import type { Payer } from "./spender.ts";
import { type Charge, priceUnknown } from "./spending.ts";

/** Limits of a day; what is absent is not limited. */
export interface PerDay {
  /** A request without a known price is refused where this is limited. */
  usd?: number;
  /** Input and output together. */
  tokens?: number;
}

export interface DaysParts {
  store: Pick<Store, "reserve" | "settle">;
  clock: Clock;
  ids: Ids;
  /** What each principal may spend a day (UTC), over all its calls; asked anew before each request. */
  perDay: () => PerDay;
}

type DayRequest = Pick<Reservation, "provider" | "model" | "modelCalls">;

/** What principals spend, day by day: every reservation is durable before its request. */
export class Days {
  readonly #parts: DaysParts;

  constructor(parts: DaysParts) {
    this.#parts = parts;
  }

  /**
   * Answers the reservation's id, or `budget.exceeded` with what is spent and when the next day begins;
   * `budget.price-unknown` where money is limited, by whatever limit, and the model has no price.
   */
  async reserve(payer: Payer, request: DayRequest, charge: Charge): Promise<string> {
    const { store, clock, ids } = this.#parts;
    const at = clock.wallMs();
    const since = beginOfDay(at);
    const { call, tool, owner } = payer;
    const whose = { principal: owner.principal, ...(owner.token === undefined ? {} : { token: owner.token }) };
    const reservation = { id: ids.next(), call, tool, ...whose, at, ...request, ...charge };
    const answer = await store.reserve({ reservation, limits: this.#limits(owner.principal, since) });
    if (answer.kind === "reserved") return reservation.id;
    if (answer.kind === "unpriced") throw priceUnknown(request);
    throw exceeded(answer, charge, since + dayMs - at);
  }

  /** What the reservation came to, in place of what it held; a request that never went out settles as nothing. */
  async settle(id: string, charge: Charge & { estimated: boolean }): Promise<void> {
    await this.#parts.store.settle({ id, ...charge });
  }

  #limits(principal: PrincipalId, since: number): SpendLimit[] {
    const { usd, tokens } = this.#parts.perDay();
    return [
      ...(usd === undefined ? [] : [{ principal, since, usd }]),
      ...(tokens === undefined ? [] : [{ principal, since, tokens }]),
    ];
  }
}

function exceeded(
  { limit, spentUsd, spentTokens }: { limit: SpendLimit; spentUsd: number; spentTokens: number },
  { inputTokens, outputTokens, usd }: Charge,
  retryAfterMs: number,
): Fault {
  const of = limit.token === undefined ? "principal" : "token";
  const facts =
    limit.usd === undefined
      ? { limit: "tokensPerDay", of, allowed: limit.tokens, spent: spentTokens, needed: inputTokens + outputTokens }
      : { limit: "usdPerDay", of, allowed: limit.usd, spent: spentUsd, needed: usd };
  if ((facts.needed ?? 0) > (facts.allowed ?? 0)) return neverFits(facts);
  const fact = `it may take ${facts.needed} and ${facts.spent} of today's ${facts.allowed} are taken (${facts.limit})`;
  return new Fault("budget.exceeded", `Cannot ask the model: ${fact}, expected enough left for the day`, {
    facts,
    retryAfterMs,
    retrySafe: true,
  });
}

/** No day is long enough for it: waiting changes nothing. */
function neverFits(facts: { limit: string; of: string; allowed: number | undefined; needed: number | null }): Fault {
  const { limit, of, allowed, needed } = facts;
  const fact = `it may take ${needed} and no day of this ${of} allows more than ${allowed} (${limit})`;
  const expected = "a shorter question or answer (maxOutputTokens), or a larger limit";
  return new Fault("budget.exceeded", `Cannot ask the model: ${fact}, expected ${expected}`, {
    facts,
    retrySafe: false,
  });
}
