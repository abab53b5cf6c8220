import { z } from "zod";
import { severities } from "../../core/workflows/fields.ts";

/** Fields that several workflows have. */
export const severityFilter = z.enum([...severities, "all"]).optional();
export type SeverityFilter = z.output<typeof severityFilter>;

export const words = z.string().min(1).max(10_000).optional();
export const listOfWords = z.array(z.string().min(1).max(1000)).max(100).optional();
