import type { GetPromptResult, ListPromptsResult, Prompt } from "@modelcontextprotocol/server";
import { z } from "zod";
import { factsOf, fitted } from "../../../protocol/mistakes.ts";
import type { ToolView } from "../../../protocol/tool-view.ts";
import type { Asked } from "../asked.ts";
import { invalidParams } from "../protocol-faults.ts";
import { continuePrompt, continueText } from "./continue-prompt.ts";
import { fittedPrompt } from "./server-prompt.ts";
import { argumentsOf, inputOf } from "./tool-arguments.ts";

const params = z.looseObject({ name: z.string(), arguments: z.record(z.string(), z.string()).default({}) });

/**
 * One per tool, with its plain fields as arguments, one that goes on with a conversation, and those of servers
 * behind the daemon; where such a one has the name of a tool of its own server, it goes before that.
 */
export async function listPrompts(asked: Asked): Promise<ListPromptsResult> {
  const { operations, library } = asked.house;
  const { tools } = await operations["tools.list"](asked, {});
  const brought = (await library.prompts(asked)).map((prompt) => ({ ...prompt, arguments: [...prompt.arguments] }));
  const names = new Set(brought.map(({ name }) => name));
  const own = tools.filter(({ name }) => !names.has(name)).map(promptOf);
  return { prompts: [...own, continuePrompt, ...brought] };
}

/** What a user would have written to have the tool used so. */
export async function getPrompt(asked: Asked): Promise<GetPromptResult> {
  const parsed = fitted(params, asked.params);
  if (!parsed.success) throw invalidParams(`Cannot get a prompt: ${factsOf(parsed.mistakes)}`);
  const { name, arguments: given } = parsed.data;
  const { operations, library } = asked.house;
  if (name === continuePrompt.name) return said(continuePrompt.title, continueText(given));
  const written = name.includes(".") ? await library.prompt(asked, { name, given }) : undefined;
  if (written !== undefined) return fittedPrompt(written, asked.limits.textTokens);
  const { tools } = await operations["tools.list"](asked, {});
  const tool = tools.find((each) => each.name === name);
  if (tool === undefined)
    throw invalidParams(`Cannot find prompt ${JSON.stringify(name)}, expected a tool's name or continue`);
  return said(tool.title, textFor(tool, given));
}

function promptOf({ name, title, description, inputSchema }: ToolView): Prompt {
  return { name, title, description, arguments: argumentsOf(inputSchema) };
}

function textFor({ name, inputSchema }: ToolView, given: Readonly<Record<string, string>>): string {
  const missing = argumentsOf(inputSchema).filter((each) => each.required === true && given[each.name] === undefined);
  const input = JSON.stringify(inputOf(inputSchema, given), undefined, 2);
  const ask = missing.length === 0 ? "" : `\nFind out first: ${missing.map((each) => each.name).join(", ")}.`;
  return `Use the tool \`${name}\` of the exai server with this input, and work with what it answers:\n\n${input}${ask}`;
}

function said(description: string, text: string): GetPromptResult {
  return { description, messages: [{ role: "user", content: { type: "text", text } }] };
}
