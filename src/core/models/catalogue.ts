import { z } from "zod";
import { type Price, price } from "../../protocol/price.ts";

const quotedPrice = z.strictObject({
  ...price.shape,
  source: z.string().min(1),
  date: z.iso.date(),
});

export const abilities = ["images", "thinking", "tools", "web-search"] as const;
/** What a model is known to do; where nobody knows, nothing is refused for want of it. */
export type Ability = (typeof abilities)[number];

const modelFacts = z.strictObject({
  /** The vendor's id. */
  model: z.string().min(1),
  contextTokens: z.int().positive().nullable(),
  maxOutputTokens: z.int().positive().nullable(),
  /** Null where nobody knows; never guessed. */
  price: quotedPrice.nullable(),
  /** What it is known to do; absent where nobody knows. */
  abilities: z.array(z.enum(abilities)).optional(),
});

/** What is known of a model, wherever from; null where nobody knows. */
export interface KnownFacts {
  /** Input and output together. */
  contextTokens: number | null;
  maxOutputTokens: number | null;
  price: Price | null;
  abilities?: readonly Ability[] | undefined;
}

/** What is known of one provider, with where from and since when. */
export const providerFacts = z.strictObject({
  provider: z.string().min(1),
  title: z.string().min(1),
  baseUrl: z.url(),
  /** The same provider elsewhere, with keys of its own, by the name of the region. */
  regions: z.record(z.string(), z.url()).optional(),
  /** Settings, any of which makes it usable; none where it is found on this machine. */
  keys: z.array(z.string()),
  /** Listens on this machine where it runs, and is used only when it is named. */
  loopback: z.literal(true).optional(),
  /** How the ids of its models begin, so that one that is not listed here finds its way. */
  prefixes: z.array(z.string().min(1)),
  /** Which of its models answers where only the provider is named. */
  defaultModel: z.string().min(1).optional(),
  outputLimitField: z.enum(["max_tokens", "max_completion_tokens"]).optional(),
  source: z.string().min(1),
  date: z.iso.date(),
  models: z.array(modelFacts),
});
/** One file of the catalogue, after it was checked. */
export type ProviderFacts = z.infer<typeof providerFacts>;
