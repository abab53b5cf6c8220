import { z } from "zod";
import type { Workflow } from "./workflow.ts";

const nextCall = z.object({ tool: z.string(), arguments: z.record(z.string(), z.unknown()) });

/** The `data` of every answer to a step of a workflow; each says more besides. */
export function outputOfWorkflow({ name }: Pick<Workflow, "name">) {
  return z.looseObject({
    status: z.enum([`pause_for_${name}`, `${name}_complete`, "expert_failed"]),
    step_number: z.number(),
    total_steps: z.number(),
    next_step_required: z.boolean(),
    continuation_id: z.string(),
    required_actions: z.array(z.string()).optional(),
    next_call: nextCall.optional(),
    notes: z.array(z.string()).optional(),
    expert_analysis: z.looseObject({ status: z.enum(["answered", "skipped", "failed"]), why: z.string() }).optional(),
  });
}
