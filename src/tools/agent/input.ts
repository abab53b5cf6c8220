import { z } from "zod";
import { modelName, prompt, questionFields } from "../../core/tools/question-fields.ts";
import { renamed } from "../../core/tools/renamed.ts";
import { budget } from "../../protocol/methods.ts";

const own = z.strictObject({
  goal: prompt.describe("What is to be found out or done."),
  tools: z
    .array(z.string().min(1).max(128))
    .max(64)
    .optional()
    .describe(
      "What it may use: read, search, list, git, ask (the user), exec, exec:NAME, tools by name; the first five by default.",
    ),
  model: modelName.optional(),
  ...questionFields,
  budget: budget.omit({ steps: true }).optional().describe("What it may spend; 25 model calls unless told."),
});

export const agentInput = renamed(own, {
  prompt: "goal",
  step: "goal",
  absolute_file_paths: "files",
  relevant_files: "files",
});
export type AgentInput = z.output<typeof own>;
