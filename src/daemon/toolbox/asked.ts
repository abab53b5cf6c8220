import { Budgets } from "../../core/budgets/budgets.ts";
import { Asking } from "../../core/models/asking.ts";
import { Conversations } from "../../core/threads/conversations.ts";
import type { Asked, ToolboxParts } from "./parts.ts";

const defaultOutputTokens = 8192;

export function openAsked({ settings, store, clock, ids, models, workspace, perDay }: ToolboxParts): Asked {
  return {
    models,
    asking: new Asking({ models, clock, defaultOutputTokens, random: Math.random }),
    budgets: new Budgets({ store, clock, ids, perDay }),
    conversations: new Conversations({ store, workspace, clock }),
    clock,
    timeoutMs: settings.deadlines.workflowMs,
  };
}
