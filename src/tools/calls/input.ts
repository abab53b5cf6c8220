import { z } from "zod";
import { callId } from "../../protocol/ids.ts";

export const actions = ["get", "wait", "list", "cancel", "pause", "resume", "input", "answer", "output"] as const;
export type Action = (typeof actions)[number];

const longestWaitMs = 600_000;
const maxInputChars = 1_000_000;

export const input = z.strictObject({
  action: z.enum(actions),
  call: callId.optional().describe("Needed but for list, which then goes on behind it."),
  waitMs: z.int().min(0).max(longestWaitMs).optional().describe("Longest time for wait and output."),
  offset: z.int().min(0).optional().describe("Where output begins, in bytes."),
  data: z.string().max(maxInputChars).optional().describe("Standard input; input without it ends it."),
  request: z.string().max(64).optional().describe("The question that is answered."),
  value: z.unknown().optional().describe("The answer."),
});
export type Wish = z.output<typeof input>;
