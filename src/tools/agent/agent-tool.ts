import type { Clock } from "../../base/clock.ts";
import { type AgentOutcome, runAgent } from "../../core/agents/agent-run.ts";
import { instructionsFor } from "../../core/agents/instructions.ts";
import type { Budgets } from "../../core/budgets/budgets.ts";
import { nameModel } from "../../core/budgets/name-model.ts";
import { defaultLimits, limitsOf } from "../../core/budgets/spending.ts";
import type { CallContext } from "../../core/calls/work.ts";
import type { Asking } from "../../core/models/asking.ts";
import { provenanceOf } from "../../core/models/provenance.ts";
import { threadFor, withContinuation } from "../../core/threads/continuation.ts";
import type { Conversations } from "../../core/threads/conversations.ts";
import { lastModel } from "../../core/threads/last-model.ts";
import { wishesOf } from "../../core/tools/question-fields.ts";
import { defineTool, type Tool } from "../../core/tools/tool.ts";
import type { Result } from "../../protocol/result.ts";
import { abilitiesOf, type Toolset } from "./abilities.ts";
import { type AgentInput, agentInput } from "./input.ts";

export interface AgentToolParts extends Toolset {
  asking: Asking;
  budgets: Budgets;
  conversations: Conversations;
  clock: Clock;
  /** How long a run may take. */
  timeoutMs: number;
}

/** Model calls of a run and all below it, unless a budget says otherwise. */
const usualModelCalls = 25;
/** Answers and uses of tools: the budget ends a run before. */
const maxSteps = 1000;

/**
 * A model works on a goal in turns, with the tools that it was given. Each answer and each use is a step: after a crash
 * a run goes on at the first that is not recorded.
 */
export function agentTool(parts: AgentToolParts): Tool {
  return defineTool({
    name: "agent",
    title: "Run an agent",
    description: "A model works on a goal in turns, with files, git and tools it may use; answers when it is done.",
    input: agentInput,
    scope: "agent",
    lane: "work",
    agentRun: true,
    maxSteps,
    idempotent: false,
    resumable: true,
    onDisconnect: "keep",
    version: "1",
    timeoutMs: () => parts.timeoutMs,
    thread: threadFor,
    run: (context, input) => work(parts, context, input),
  });
}

async function work(parts: AgentToolParts, context: CallContext, input: AgentInput): Promise<Result> {
  const { goal, files, images } = input;
  const turns = await parts.conversations.earlier(context);
  const limits = limitsOf(input.budget ?? {}, { ...defaultLimits, modelCalls: usualModelCalls });
  const meter = parts.budgets.meter(context, limits);
  const abilities = await abilitiesOf(parts, context, input.tools);
  const system = instructionsFor({ modelCalls: context.account.limits.modelCalls });
  const wanted = { prompt: goal, system, files, images };
  const telling = await parts.conversations.gather(context, { wanted, turns }, context.signal);
  const chosen = input.model === undefined ? lastModel(turns) : { model: input.model };
  const task = { goal, ...chosen, meter, abilities, how: wishesOf(input), telling };
  const outcome = await runAgent(parts, task, context);
  nameModel(context.usage, outcome.answer);
  const { text, provider, model } = outcome.answer;
  const thread = await parts.conversations.conclude(context, {
    asked: { text: goal, files: outcome.shown },
    answered: { text, provider, model },
  });
  return withContinuation(resultOf(outcome), thread);
}

function resultOf({ answer, turns, uses, told, shown, isPartial }: AgentOutcome): Result {
  const { omitted, changed } = told;
  const data = {
    ...provenanceOf(answer),
    turns,
    uses: Object.fromEntries(uses),
    ...(shown.length > 0 && { files: shown }),
    ...(omitted.turns + omitted.files.length > 0 && { omitted }),
    ...(changed.length > 0 && { changed }),
  };
  return { content: answer.text, data, ...(isPartial && { partial: true }) };
}
