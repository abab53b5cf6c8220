import { z } from "zod";

/** A provider of models: whether it has its settings, whether it may be asked now, and what is to be known of that. */
export const providerView = z.object({
  name: z.string(),
  configured: z.boolean(),
  ready: z.boolean(),
  reason: z.string().optional(),
});
/** A provider of models, as `status.get` and `/readyz` show it. */
export type ProviderView = z.infer<typeof providerView>;
