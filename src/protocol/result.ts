import { z } from "zod";
import { faultView } from "./fault-view.ts";
import { callId, threadId } from "./ids.ts";
import { phases } from "./phase.ts";

export const phase = z.enum(phases);

/** What a tool answers: text for people, `data` for programs, links to what is too large for either. */
export const result = z.object({
  content: z.string(),
  data: z.unknown().optional(),
  /** Some of it is missing, and it says what: nobody else is answered with it. */
  partial: z.literal(true).optional(),
  links: z.array(z.object({ rel: z.string(), href: z.string(), bytes: z.int().optional() })).optional(),
});
/** What a tool answers. */
export type Result = z.infer<typeof result>;

/**
 * What a call has used, with all calls below it. `usd` is null where a model without a price took part. Tokens and money
 * are the vendor's own count where it sent one, and what was reserved where none came.
 */
export const usage = z.object({
  /** Questions to models; their repeats are `requests` and `retries`. */
  modelCalls: z.int(),
  requests: z.int(),
  /** Of them, those whose vendor told no usage, where there are any: tokens and money are then the most that it can be. */
  estimated: z.int().optional(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  usd: z.number().nullable(),
  /** Since its acceptance; since the daemon's start where one went on with it. */
  wallMs: z.number(),
  /** Of that, waiting for permits. */
  queuedMs: z.number(),
  retries: z.int(),
  /** Each model that answered, and why it was asked, in the words of the routing. */
  models: z.array(z.object({ provider: z.string(), model: z.string(), why: z.string() })),
});
/** What a call has used. */
export type Usage = z.infer<typeof usage>;

/** Of a usage what budgets limit. */
export const spending = usage.pick({ modelCalls: true, inputTokens: true, outputTokens: true, usd: true });
/** What budgets limit. */
export type Spending = z.infer<typeof spending>;

/** Of a usage that alone. */
export function spendingOf({ modelCalls, inputTokens, outputTokens, usd }: Spending): Spending {
  return { modelCalls, inputTokens, outputTokens, usd };
}

/** Of a call that used nothing, or has not ended. */
export const noUsage: Usage = {
  modelCalls: 0,
  requests: 0,
  inputTokens: 0,
  outputTokens: 0,
  usd: 0,
  wallMs: 0,
  queuedMs: 0,
  retries: 0,
  models: [],
};

/** The one object that every gateway answers with. */
export const callView = z.object({
  call: callId,
  tool: z.string(),
  phase,
  /** The number of its last event. */
  seq: z.int(),
  /** The conversation that it belongs to. */
  thread: threadId.optional(),
  /** The call above it. */
  parent: callId.optional(),
  /** The call whose success is its own. */
  sharedWith: callId.optional(),
  /** Milliseconds since 1970, and so is the end. */
  acceptedAt: z.number(),
  endedAt: z.number().optional(),
  /** Where it succeeded. */
  result: result.optional(),
  /** Where it ended otherwise. */
  fault: faultView.optional(),
  /** In a list: the result, or the facts of the fault, is too large for it; the call itself has it. */
  resultOmitted: z.literal(true).optional(),
  usage,
});
/** A call as it is now. */
export type CallView = z.infer<typeof callView>;
