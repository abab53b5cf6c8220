import type { CallId, PrincipalId, TokenId } from "../../protocol/ids.ts";
import type { Usage } from "../../protocol/result.ts";
import type { SpendRow } from "../../protocol/spend.ts";

/** A limit that a reservation must fit under, together with all that is spent and reserved since `since`. */
export interface SpendLimit {
  /** Whose spend counts; that of all its tokens unless one is named. */
  principal: PrincipalId;
  /** Set where only what this token and those that replace it started counts. */
  token?: TokenId;
  /** Milliseconds since 1970: the beginning of the day in UTC. */
  since: number;
  /** US dollars; a reservation without a price never fits under it. */
  usd?: number;
  /** Input and output together. */
  tokens?: number;
}

/** The most that one request to a model may come to, put aside before it is sent. */
export interface Reservation {
  id: string;
  call: CallId;
  principal: PrincipalId;
  token?: TokenId;
  tool: string;
  provider: string;
  model: string;
  /** Milliseconds since 1970; decides the day, in UTC, that it is charged to. */
  at: number;
  /** How many model calls begin with this request: none with a retry. */
  modelCalls: number;
  /** As counted or estimated, with a margin. */
  inputTokens: number;
  /** The request's output limit. */
  outputTokens: number;
  /** `null` where the model has no price. */
  usd: number | null;
}

/** What a reserved request came to in the end, by the vendor's own count where it sent one. */
export interface Settlement {
  /** The reservation's. */
  id: string;
  inputTokens: number;
  outputTokens: number;
  /** `null` where the model has no price. */
  usd: number | null;
  /** True where no usage came and the reservation itself is charged. */
  estimated: boolean;
}

/** What became of a reservation; `limit` is the first that does not hold, the other numbers what was spent under it. */
export type Reserved =
  | { kind: "reserved" }
  | { kind: "exceeded"; limit: SpendLimit; spentUsd: number; spentTokens: number }
  | { kind: "unpriced"; limit: SpendLimit };

/** Of a usage what every request adds to. */
export type Spent = Pick<Usage, "modelCalls" | "requests" | "estimated" | "inputTokens" | "outputTokens" | "usd">;

/**
 * What is remembered of money and tokens: reserved before a request, settled after it, as a payment card is authorised
 * and then charged. What a crash left reserved is charged in full.
 */
export interface SpendVerbs {
  /**
   * Reserves if every limit, its token's own ones too, holds afterwards; otherwise says which does not. No limit of
   * money holds for what has no price: `unpriced`.
   */
  reserve(request: { reservation: Reservation; limits: SpendLimit[] }): Promise<Reserved>;
  /** Puts what it came to in the reservation's place, once: a second settlement of the same one changes nothing. */
  settle(settlement: Settlement): Promise<void>;
  /** Charges what a crash left reserved, as estimated. Answers how many. */
  settleAll(): Promise<number>;
  /**
   * What is settled since that moment (milliseconds since 1970), a row for each day in UTC, principal, tool and model.
   */
  spend(request: { principal?: PrincipalId; since: number }): Promise<SpendRow[]>;
  /** What a call and those below it have used so far, from settled and reserved rows. */
  spentBy(request: { call: CallId }): Promise<Spent>;
}
