import { Fault } from "../../protocol/fault.ts";
import type { Budget } from "../../protocol/methods.ts";
import type { Price } from "../../protocol/price.ts";
import { tokensIn } from "./token-estimate.ts";

/** What a call may spend on models in all; `Infinity` for no limit. */
export interface Limits {
  modelCalls: number;
  inputTokens: number;
  outputTokens: number;
  usd: number;
}

/** Where neither the call nor its tool says otherwise. */
export const defaultLimits: Limits = {
  modelCalls: 5,
  inputTokens: Number.POSITIVE_INFINITY,
  outputTokens: Number.POSITIVE_INFINITY,
  usd: Number.POSITIVE_INFINITY,
};

/** Whoever has these is limited by what is above alone. */
export const unlimited: Limits = { ...defaultLimits, modelCalls: Number.POSITIVE_INFINITY };

/** Tokens and money of one request; `usd` is null where the model has no price. */
export interface Charge {
  inputTokens: number;
  outputTokens: number;
  usd: number | null;
}

/**
 * Whether a request fits into what is left, and what is charged for it: the answer is cut to fit, the question never.
 */
export type Fit =
  | { kind: "fits"; charge: Charge }
  | { kind: "short"; limit: "inputTokens" | "outputTokens" | "usd"; needed: number; left: number }
  | { kind: "price-unknown" };

/** Estimates are made larger by this, so that the vendor's own count rarely exceeds what was reserved. */
const estimateMargin = 1.1;
/** What a message's role and separators cost. */
const messageTokens = 8;

/** What a call may spend: what its budget says, and the defaults where it is silent. */
export function limitsOf(budget: Budget, defaults: Limits = defaultLimits): Limits {
  return {
    modelCalls: budget.modelCalls ?? defaults.modelCalls,
    inputTokens: budget.inputTokens ?? defaults.inputTokens,
    outputTokens: budget.outputTokens ?? defaults.outputTokens,
    usd: budget.usd ?? defaults.usd,
  };
}

/** Tokens that these texts take at most, by estimate, margin included. */
export function estimateTokens(texts: readonly string[]): number {
  const tokens = texts.map((text) => messageTokens + tokensIn(text));
  return Math.ceil(tokens.reduce((sum, count) => sum + count, 0) * estimateMargin);
}

/** `null` without a price: what is unknown is not zero. */
export function costOf(tokens: { inputTokens: number; outputTokens: number }, price: Price | null): number | null {
  if (price === null) return null;
  return (tokens.inputTokens * price.inputUsdPerMillion + tokens.outputTokens * price.outputUsdPerMillion) / 1e6;
}

/**
 * The largest request that fits into what is left: the whole input, and as much output as is wanted, left and
 * affordable, at least one token. Or what is missing.
 */
export function fitInto(
  want: { inputTokens: number; outputTokens: number },
  left: Pick<Limits, "inputTokens" | "outputTokens" | "usd">,
  price: Price | null,
): Fit {
  const short = (limit: "inputTokens" | "outputTokens" | "usd", needed: number): Fit => ({
    kind: "short",
    limit,
    needed,
    left: Math.max(0, left[limit]),
  });
  if (left.usd !== Number.POSITIVE_INFINITY && price === null) return { kind: "price-unknown" };
  if (want.inputTokens > left.inputTokens) return short("inputTokens", want.inputTokens);
  if (left.outputTokens < 1) return short("outputTokens", 1);
  const { inputTokens } = want;
  const outputTokens = Math.min(
    want.outputTokens,
    Math.floor(left.outputTokens),
    affordable(inputTokens, left.usd, price),
  );
  if (outputTokens < 1) return short("usd", costOf({ inputTokens, outputTokens: 1 }, price) ?? 0);
  return { kind: "fits", charge: { inputTokens, outputTokens, usd: costOf({ inputTokens, outputTokens }, price) } };
}

/** How many output tokens the money pays for after the input. */
function affordable(inputTokens: number, usdLeft: number, price: Price | null): number {
  const inputUsd = costOf({ inputTokens, outputTokens: 0 }, price) ?? 0;
  if (inputUsd > usdLeft) return 0;
  const perToken = price?.outputUsdPerMillion ?? 0;
  return perToken === 0 ? Number.POSITIVE_INFINITY : Math.floor(((usdLeft - inputUsd) * 1e6) / perToken);
}

/** No limit of money can hold for a model whose price nobody knows. */
export function priceUnknown({ provider, model }: { provider: string; model: string }): Fault {
  return new Fault(
    "budget.price-unknown",
    `Cannot ask ${provider}/${model} under a money budget: its price is unknown, expected a model with a price`,
    { facts: { provider, model } },
  );
}
