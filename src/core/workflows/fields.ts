import { z } from "zod";
import { threadId } from "../../protocol/ids.ts";
import { modelName, questionFields } from "../tools/question-fields.ts";

/** A workflow has no more steps than this. */
export const mostSteps = 50;

/** The least first: their order is what comparisons go by. */
export const confidences = ["exploring", "low", "medium", "high", "very_high", "almost_certain", "certain"] as const;
export type Confidence = (typeof confidences)[number];

/** The worst first. */
export const severities = ["critical", "high", "medium", "low", "info"] as const;

const paths = z.array(z.string().min(1).max(4096)).max(1000);
const stepNumber = z.int().min(1).max(1000);

/** Whoever finds an issue may say more of it than is named here. */
const issue = z.looseObject({
  severity: z.string().max(40).optional(),
  description: z.string().max(10_000).optional(),
});
/** As its finder tells it; unknown fields stay. */
export type Issue = z.output<typeof issue>;

/** What every step says, whatever the workflow. */
export const stepFields = {
  step: z.string().min(1).max(100_000).describe("What this step examines."),
  step_number: stepNumber,
  total_steps: stepNumber,
  next_step_required: z.boolean(),
  continuation_id: threadId.optional(),
} as const;

/** What a workflow may take besides; each names those that it does. */
export const optionalFields = {
  findings: z.string().max(50_000).describe("What was found since the last step, cited as path:line."),
  files_checked: paths.optional(),
  relevant_files: paths.optional(),
  relevant_context: z.array(z.string().min(1).max(1000)).max(1000).optional(),
  issues_found: z.array(issue).max(500).optional(),
  confidence: z.enum(confidences).optional(),
  hypothesis: z.string().max(10_000).optional(),
  backtrack_from_step: stepNumber.optional(),
  use_assistant_model: z.boolean().optional(),
  images: questionFields.images,
  model: modelName.optional(),
  temperature: questionFields.temperature,
  thinking_mode: questionFields.thinking_mode,
  use_websearch: questionFields.use_websearch,
} as const;
export type OptionalField = keyof typeof optionalFields;

/** Of a workflow that investigates and may ask an expert: all of them. */
export const investigating = Object.keys(optionalFields) as OptionalField[];

type Optional = { [Name in OptionalField]?: z.output<(typeof optionalFields)[Name]> | undefined };

/** One step as its caller sends it; a field that the workflow does not take is absent. */
export interface StepInput extends Readonly<z.output<z.ZodObject<typeof stepFields>>>, Readonly<Optional> {}
