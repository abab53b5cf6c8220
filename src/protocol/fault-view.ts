import { z } from "zod";
import { type FaultView, faultCodes } from "./fault.ts";

export const faultView: z.ZodType<FaultView> = z.object({
  code: z.enum(faultCodes),
  message: z.string(),
  facts: z.record(z.string(), z.unknown()),
  retry: z.object({ safe: z.boolean(), afterMs: z.number().optional() }),
  trace: z.string().optional(),
});
