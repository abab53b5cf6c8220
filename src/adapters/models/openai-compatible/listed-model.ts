import { z } from "zod";
import type { ListedModel } from "../../../core/models/model.ts";
import type { Price } from "../../../protocol/price.ts";

const count = z.int().positive().optional().catch(undefined);
/** Some tell decimals as text. What is no number says nothing, and never that a token is free. */
const usdPerToken = z.union([z.number(), z.string().trim().min(1).transform(Number)]).pipe(z.number().min(0));

/** A line of `/models`, with what servers of this protocol tell beyond the id, each under a name of its own. */
export const listedModel = z
  .object({
    id: z.string().min(1),
    context_length: count,
    context_window: count,
    max_model_len: count,
    max_context_length: count,
    max_output_tokens: count,
    max_completion_tokens: count,
    pricing: z.object({ prompt: usdPerToken, completion: usdPerToken }).optional().catch(undefined),
  })
  .transform((line): ListedModel => {
    const contextTokens = line.context_length ?? line.context_window ?? line.max_model_len ?? line.max_context_length;
    const maxOutputTokens = line.max_output_tokens ?? line.max_completion_tokens;
    const { pricing } = line;
    return {
      model: line.id,
      ...(contextTokens === undefined ? {} : { contextTokens }),
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
      ...(pricing === undefined ? {} : { price: perMillion(pricing) }),
    };
  });

function perMillion({ prompt, completion }: { prompt: number; completion: number }): Price {
  // Rounded to a millionth of a dollar: products of decimals are not exact.
  const round = (usd: number) => Math.round(usd * 1e12) / 1e6;
  return { inputUsdPerMillion: round(prompt), outputUsdPerMillion: round(completion) };
}
