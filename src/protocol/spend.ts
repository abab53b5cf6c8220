import { z } from "zod";
import { principalId } from "./ids.ts";
import { looks, type MethodContract } from "./method-contract.ts";

/** What a principal spent on one model with one tool in a day (UTC). */
export const spendRow = z.object({
  /** As `2026-01-31`. */
  day: z.string(),
  principal: principalId,
  tool: z.string(),
  provider: z.string(),
  model: z.string(),
  requests: z.int(),
  /**
   * Of them, those whose vendor told no usage, where there are any: the sums hold the most that they can have taken. Not
   * told of days that are kept as sums alone.
   */
  estimated: z.int().optional(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  /** Null where a model without a price took part. */
  usd: z.number().nullable(),
});
/** A day's spend on one model with one tool. */
export type SpendRow = z.infer<typeof spendRow>;

/** What was spent: by the caller's principal, or by all for an owner's or operator's token with `observe`. */
export const spendMethods = {
  "spend.get": {
    ...looks,
    http: ["GET", "/api/v1/spend", "What was spent, by day, tool and model"],
    params: z.strictObject({ days: z.int().min(1).max(366).default(30) }),
    result: z.object({
      rows: z.array(spendRow),
      /** What each principal may spend a day; null where nothing limits it. */
      perDay: z.object({ usd: z.number().nullable(), tokens: z.int().nullable() }),
    }),
  },
} as const satisfies Record<string, MethodContract>;
