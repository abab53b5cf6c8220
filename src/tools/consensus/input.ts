import { z } from "zod";
import { modelName, outputTokens, prompt, questionFields } from "../../core/tools/question-fields.ts";
import { renamed } from "../../core/tools/renamed.ts";

const stances = ["for", "against", "neutral"] as const;

const seat = z.strictObject({
  model: modelName,
  stance: z.enum(stances).default("neutral"),
  stance_prompt: z.string().min(1).max(4000).optional().describe("What this seat is told in place of its stance."),
});
export type SeatInput = z.output<typeof seat>;
export type Stance = SeatInput["stance"];

const own = z.strictObject({
  prompt: prompt.describe("The proposal or question, as every model gets it."),
  models: z.array(seat).min(2).max(7).describe("The seats; a model may sit twice with different stances."),
  ...questionFields,
  maxOutputTokens: outputTokens.optional().describe("The longest answer of a seat."),
  maxUsd: z.number().min(0).optional().describe("No seat is asked that could take the cost above this."),
  seatTimeoutMs: z.int().min(1).max(86_400_000).optional().describe("How long to wait for a seat."),
});

/** The stepwise protocol of others sends these along: here one call asks all seats. */
const stepwise = [
  "step_number",
  "total_steps",
  "next_step_required",
  "findings",
  "current_model_index",
  "model_responses",
  "use_assistant_model",
  "confidence",
  "model",
].map((name) => [name, null] as const);

export const consensusInput = renamed(
  own.refine(({ models }) => new Set(models.map(nameOf)).size === models.length, {
    path: ["models"],
    message: "expected every model with the same stance once",
  }),
  {
    step: "prompt",
    text: "prompt",
    absolute_file_paths: "files",
    relevant_files: "files",
    ...Object.fromEntries(stepwise),
  },
);
export type ConsensusInput = z.output<typeof own>;

function nameOf({ model, stance }: SeatInput): string {
  return `${model}:${stance}`;
}
