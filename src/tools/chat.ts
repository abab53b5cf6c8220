import { z } from "zod";
import type { Budgets } from "../core/budgets/budgets.ts";
import type { Asking } from "../core/models/asking.ts";
import { type Answer, nameModel } from "../core/models/question.ts";
import type { Message } from "../core/models/model.ts";
import type { Models } from "../core/models/models.ts";
import { defineTool, type Tool } from "../core/tools/tool.ts";
import { Fault } from "../protocol/fault.ts";
import type { Result } from "../protocol/result.ts";

export interface ChatParts {
  models: Models;
  asking: Asking;
  budgets: Budgets;
  /** How long a chat may take. */
  timeoutMs: number;
}

const chatInput = z.strictObject({
  prompt: z.string().min(1).max(1_000_000).describe("What to ask."),
  model: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("A model as `provider/model`, its id, or a provider for its default model."),
  system: z.string().min(1).max(100_000).optional().describe("What the model should know before the prompt."),
  temperature: z.number().min(0).max(2).optional(),
  maxOutputTokens: z.int().min(1).max(1_000_000).optional().describe("The longest answer wanted."),
});

/** One question to one model, answered as it comes. Its request is a step: after a crash an answer that was kept is not paid again. */
export function chatTool({ models, asking, budgets, timeoutMs }: ChatParts): Tool {
  return defineTool({
    name: "chat",
    title: "Chat",
    description: "Asks a model one question and answers with its text.",
    input: chatInput,
    scope: "tools",
    lane: "work",
    idempotent: true,
    resumable: true,
    onDisconnect: "keep",
    version: "1",
    timeoutMs: () => timeoutMs,
    provider: ({ model }) => models.slot(model),
    run: async (context, input) => {
      const { prompt, system, ...question } = input;
      const messages = messagesOf(prompt, system);
      const meter = await budgets.meter(context);
      const ask = (signal: AbortSignal) => asking.ask({ ...question, messages }, { asker: context, meter }, signal);
      const step = await context.step("answer", "safe", ask);
      if (step.outcome === "unknown") throw interrupted();
      nameModel(context.usage, step.value);
      return resultOf(step.value);
    },
  });
}

function messagesOf(prompt: string, system: string | undefined): Message[] {
  const asked: Message = { role: "user", text: prompt };
  return system === undefined ? [asked] : [{ role: "system", text: system }, asked];
}

function resultOf({ text, provider, model, why, finish, answeredAs }: Answer): Result {
  const data = { provider, model, why, finish };
  return { content: text, data: answeredAs === undefined ? data : { ...data, answeredAs } };
}

function interrupted(): Fault {
  return new Fault(
    "call.interrupted",
    "Cannot finish the chat: nobody knows what came of its question, expected an answer",
    {
      retrySafe: true,
    },
  );
}
