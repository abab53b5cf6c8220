import { z } from "zod";
import { faultCodes } from "./fault.ts";
import { looks, type MethodContract } from "./method-contract.ts";
import { price } from "./price.ts";

/** How the account at a provider is: its breaker, and how many requests may run at once for now. */
const modelHealth = z.object({
  state: z.enum(["closed", "open", "half-open"]),
  retryAfterMs: z.number().optional(),
  lastFault: z.object({ code: z.enum(faultCodes), message: z.string(), at: z.number() }).optional(),
  slots: z.int(),
});

/** Models, and how the accounts behind them are. */
export const modelMethods = {
  "models.list": {
    ...looks,
    params: z.strictObject({}),
    result: z.object({
      models: z.array(
        z.object({
          provider: z.string(),
          /** `*` for those of an endpoint of which nothing is known. */
          model: z.string(),
          ready: z.boolean(),
          reason: z.string().optional(),
          contextTokens: z.int().optional(),
          maxOutputTokens: z.int().optional(),
          abilities: z.array(z.string()).optional(),
          price: price.optional(),
          health: modelHealth.optional(),
        }),
      ),
    }),
    http: ["GET", "/api/v1/models", "Models and whether they are ready"],
  },
} as const satisfies Record<string, MethodContract>;
