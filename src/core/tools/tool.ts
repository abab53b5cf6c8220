import type { z } from "zod";
import type { Work } from "../calls/work.ts";

/** A tool is a value: what it is called, what it takes, and a function of (context, input). It keeps nothing. */
export interface Tool extends Work {
  readonly title: string;
  readonly description: string;
  /** Parses what the caller sent; what comes out is what `run` gets and what sharing compares. */
  readonly input: z.ZodType<Record<string, unknown>>;
}
