import { z } from "zod";
import { thinkingModes } from "../../core/models/model.ts";
import { renamed } from "../../core/tools/renamed.ts";
import { threadId } from "../../protocol/ids.ts";

const stances = ["for", "against", "neutral"] as const;

const seat = z.strictObject({
  model: z.string().min(1).max(200),
  stance: z.enum(stances).default("neutral"),
  stance_prompt: z.string().min(1).max(4000).optional().describe("What this seat is told in place of its stance."),
});
export type SeatInput = z.output<typeof seat>;
export type Stance = SeatInput["stance"];

const path = z.string().min(1).max(4096);

const own = z.strictObject({
  prompt: z.string().min(1).max(1_000_000).describe("The proposal or question, as every model gets it."),
  models: z.array(seat).min(2).max(7).describe("The seats; a model may sit twice with different stances."),
  files: z.array(path).max(1000).optional().describe("Files to show, each whole or as path:from-to."),
  images: z.array(z.string().min(1).max(30_000_000)).max(16).optional().describe("Paths or data URLs of pictures."),
  continuation_id: threadId.optional().describe("The thread to go on with."),
  temperature: z.number().min(0).max(2).optional(),
  thinking_mode: z.enum(thinkingModes).optional(),
  use_websearch: z.boolean().optional(),
  maxOutputTokens: z.int().min(1).max(1_000_000).optional().describe("The longest answer of a seat."),
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
    absolute_file_paths: "files",
    relevant_files: "files",
    ...Object.fromEntries(stepwise),
  },
);
export type ConsensusInput = z.output<typeof own>;

function nameOf({ model, stance }: SeatInput): string {
  return `${model}:${stance}`;
}
