import { z } from "zod";

/** US dollars for a million tokens, as vendors quote them; cached input is charged as input. */
export const price = z.object({ inputUsdPerMillion: z.number().min(0), outputUsdPerMillion: z.number().min(0) });
/** What tokens of a model cost. */
export type Price = z.infer<typeof price>;
