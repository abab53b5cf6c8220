import { z } from "zod";
import type { Budgets } from "../core/budgets/budgets.ts";
import type { Meter } from "../core/budgets/meter.ts";
import { nameModel } from "../core/budgets/name-model.ts";
import type { CallContext } from "../core/calls/work.ts";
import type { Asking } from "../core/models/asking.ts";
import type { Models } from "../core/models/models.ts";
import { provenanceOf } from "../core/models/provenance.ts";
import type { Answer } from "../core/models/question.ts";
import { adoptedBy, threadFor, withContinuation } from "../core/threads/continuation.ts";
import type { Conversations } from "../core/threads/conversations.ts";
import { lastModel } from "../core/threads/last-model.ts";
import { prepare, type Told } from "../core/threads/prepare.ts";
import type { Turn } from "../core/threads/turn.ts";
import {
  modelName,
  namesFiles,
  outputTokens,
  prompt,
  questionFields,
  wishesOf,
} from "../core/tools/question-fields.ts";
import { renamed } from "../core/tools/renamed.ts";
import { defineTool, type Tool } from "../core/tools/tool.ts";
import type { Result } from "../protocol/result.ts";

export interface ChatParts {
  models: Models;
  asking: Asking;
  budgets: Budgets;
  conversations: Conversations;
  /** How long a chat may take. */
  timeoutMs: number;
}

const chatInput = z.strictObject({
  prompt: prompt.describe("What to ask."),
  model: modelName
    .optional()
    .describe("A model as `provider/model`, its id, a provider for its default model, or auto."),
  ...questionFields,
  system: z.string().min(1).max(100_000).optional().describe("What the model should know before the prompt."),
  maxOutputTokens: outputTokens.optional().describe("The longest answer wanted."),
});
type ChatInput = z.output<typeof chatInput>;

/** Other clients say so, or say it along. */
const otherNames = {
  text: "prompt",
  absolute_file_paths: "files",
  working_directory_absolute_path: null,
  stream: null,
} as const;

/** What an answered question is recorded as: enough to end the call, and the conversation, without asking again. */
interface Answered {
  answer: Answer;
  told: Told;
}

/**
 * One question to one model, answered as it comes, in a thread that later calls go on with. Its request is a step:
 * after a crash an answer that was kept is not paid again.
 */
export function chatTool(parts: ChatParts): Tool {
  return defineTool({
    name: "chat",
    title: "Chat",
    description: "Asks a model, with files and images; `continuation_id` goes on with an earlier conversation.",
    input: renamed(chatInput, otherNames),
    scope: "tools",
    lane: "work",
    idempotent: true,
    readsFiles: namesFiles,
    resumable: true,
    onDisconnect: "keep",
    version: "2",
    timeoutMs: () => parts.timeoutMs,
    provider: ({ model }) => parts.models.slot(model),
    thread: threadFor,
    adopt: async (call, result) => await adoptedBy(parts.conversations, call, result),
    run: (context, input) => chat(parts, context, input),
  });
}

async function chat(parts: ChatParts, context: CallContext, input: ChatInput): Promise<Result> {
  const turns = await parts.conversations.earlier(context);
  const meter = parts.budgets.meter(context);
  const answered = await context.step(
    "answer",
    async (signal) => await ask(parts, { context, meter, input, turns }, signal),
  );
  const { answer, told } = answered;
  nameModel(context.usage, answer);
  const { text, provider, model } = answer;
  const thread = await parts.conversations.conclude(context, {
    asked: { text: input.prompt, files: told.shown },
    answered: { text, provider, model },
  });
  return withContinuation(resultOf(answered), thread);
}

async function ask(
  { asking, conversations }: ChatParts,
  { context, meter, input, turns }: { context: CallContext; meter: Meter; input: ChatInput; turns: readonly Turn[] },
  signal: AbortSignal,
): Promise<Answered> {
  const { model, maxOutputTokens } = input;
  const telling = await conversations.gather(context, { wanted: input, turns }, signal);
  const chosen = model === undefined ? lastModel(turns) : { model };
  const how = { ...wishesOf(input), ...chosen, maxOutputTokens, tool: context.tool };
  const { question, told } = await prepare(asking, { telling, how }, signal);
  for (const { path: changed, is } of told.changed) {
    const fact = is === undefined ? "cannot be read any more" : "has changed";
    context.emit("call.progress", { message: `${changed} ${fact} since it was shown in this thread` });
  }
  return { answer: await asking.ask(question, { asker: context, meter }, signal), told };
}

function resultOf({ answer, told }: Answered): Result {
  const { shown, omitted, changed } = told;
  const data = {
    ...provenanceOf(answer),
    ...(shown.length > 0 && { files: shown }),
    ...(omitted.turns + omitted.files.length > 0 && { omitted }),
    ...(changed.length > 0 && { changed }),
  };
  return { content: answer.text, data, ...(answer.finish === "length" && { partial: true }) };
}
