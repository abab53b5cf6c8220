import { z } from "zod";
import { type FaultView, faultCodes } from "./fault.ts";

/** The schema of a `FaultView`, apart from it: where faults are only made no schema library is loaded. */
export const faultView: z.ZodType<FaultView> = z.object({
  code: z.enum(faultCodes),
  message: z.string(),
  facts: z.record(z.string(), z.unknown()),
  retry: z.object({ safe: z.boolean(), afterMs: z.number().optional() }),
  trace: z.string().optional(),
});
