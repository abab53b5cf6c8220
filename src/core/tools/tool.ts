import type { z } from "zod";
import type { Result } from "../../protocol/result.ts";
import type { Work } from "../calls/work.ts";
import type { Caller } from "../tenants/caller.ts";

/** A tool is a value: what it is called, what it takes, and a function of (context, input). It keeps nothing. */
export interface Tool extends Work {
  readonly title: string;
  readonly description: string;
  /** Parses what the caller sent; what comes out is what `run` gets and what sharing compares. */
  readonly input: z.ZodType<Record<string, unknown>>;
}

/**
 * A tool that is answered at once: no permit, no queue, no journal, and also under pressure. Only a rate
 * bounds it.
 */
export interface ControlTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodType<Record<string, unknown>>;
  answer(request: { caller: Caller; signal: AbortSignal }, input: Readonly<Record<string, unknown>>): Promise<Result>;
}
