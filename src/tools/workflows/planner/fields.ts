import { z } from "zod";

const stepNumber = z.int().min(1).max(1000).optional();

/** What a step of a plan says besides its text. */
export const plannerFields = {
  is_step_revision: z.boolean().optional(),
  revises_step_number: stepNumber,
  is_branch_point: z.boolean().optional(),
  branch_from_step: stepNumber,
  branch_id: z.string().min(1).max(100).optional(),
  more_steps_needed: z.boolean().optional(),
} as const;
export type PlannerFields = Readonly<z.output<z.ZodObject<typeof plannerFields>>>;
