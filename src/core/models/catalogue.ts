import { z } from "zod";
import { Fault } from "../../protocol/fault.ts";

const price = z.strictObject({
  inputUsdPerMillion: z.number().min(0),
  outputUsdPerMillion: z.number().min(0),
  source: z.string().min(1),
  date: z.iso.date(),
});

const modelFacts = z.strictObject({
  /** The vendor's id. */
  model: z.string().min(1),
  contextTokens: z.int().positive().nullable(),
  maxOutputTokens: z.int().positive().nullable(),
  /** Null where nobody knows; never guessed. */
  price: price.nullable(),
});
export type ModelFacts = z.infer<typeof modelFacts>;

/** What is known of one provider, with where from and since when. */
export const providerFacts = z.strictObject({
  provider: z.string().min(1),
  title: z.string().min(1),
  baseUrl: z.url(),
  /** Settings, any of which makes it usable. */
  keys: z.array(z.string()).min(1),
  /** How the ids of its models begin, so that one that is not listed here finds its way. */
  prefixes: z.array(z.string().min(1)),
  outputLimitField: z.enum(["max_tokens", "max_completion_tokens"]).optional(),
  source: z.string().min(1),
  date: z.iso.date(),
  models: z.array(modelFacts),
});
export type ProviderFacts = z.infer<typeof providerFacts>;

/** The facts of one catalogue file. `config.invalid` names the file and what is wrong in it. */
export function parseProviderFacts(file: string, json: unknown): ProviderFacts {
  const parsed = providerFacts.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue?.path.join(".") ?? "";
  throw new Fault("config.invalid", `Cannot read the catalogue ${file}: ${at}: ${issue?.message}`, {
    facts: { file, at },
  });
}
