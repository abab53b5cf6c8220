import { z } from "zod";
import { callId } from "./ids.ts";
import { phase } from "./result.ts";

/** What a client that waits no longer is told of a call that goes on: `next` can be sent as it stands. */
export const runningAnswer = z.object({
  status: z.literal("running"),
  call: callId,
  phase: phase.optional(),
  next: z.object({
    tool: z.literal("calls"),
    arguments: z.object({ action: z.literal("wait"), call: callId, waitMs: z.int().optional() }),
  }),
});
/** That a call goes on. */
export type RunningAnswer = z.infer<typeof runningAnswer>;
