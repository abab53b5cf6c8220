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
export type Result = z.infer<typeof result>;

/** What a call has used. `usd` is null where a model without a price took part. */
export const usage = z.object({
  modelCalls: z.int(),
  requests: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  usd: z.number().nullable(),
  wallMs: z.number(),
  queuedMs: z.number(),
  retries: z.int(),
  models: z.array(z.object({ provider: z.string(), model: z.string(), why: z.string() })),
});
export type Usage = z.infer<typeof usage>;

/** Of a usage what budgets limit. */
export const spending = usage.pick({ modelCalls: true, inputTokens: true, outputTokens: true, usd: true });
export type Spending = z.infer<typeof spending>;

export function spendingOf({ modelCalls, inputTokens, outputTokens, usd }: Spending): Spending {
  return { modelCalls, inputTokens, outputTokens, usd };
}

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
  seq: z.int(),
  thread: threadId.optional(),
  parent: callId.optional(),
  sharedWith: callId.optional(),
  acceptedAt: z.number(),
  endedAt: z.number().optional(),
  result: result.optional(),
  fault: faultView.optional(),
  /** In a list: the result, or the facts of the fault, is too large for it; the call itself has it. */
  resultOmitted: z.literal(true).optional(),
  usage,
});
export type CallView = z.infer<typeof callView>;
