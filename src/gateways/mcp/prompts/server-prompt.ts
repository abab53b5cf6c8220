import type { GetPromptResult } from "@modelcontextprotocol/server";
import type { PromptText } from "../../../core/upstreams/texts.ts";
import { digestOf, fits } from "../text-size.ts";

type Message = PromptText["messages"][number];

/** What is no text is passed on as it came up to here, all messages together. */
const maxBlockChars = 700_000;
const omitted = "the server behind the daemon says more than one answer takes, and it can be asked for less";

/** What a server has written, for a client that takes so many tokens: longer texts are told by beginning and end. */
export function fittedPrompt({ description, messages }: PromptText, tokens: number): GetPromptResult {
  const isWhole = fits(messages.map(textOf).join(""), tokens) && JSON.stringify(messages).length <= maxBlockChars;
  const told = isWhole ? messages : messages.map((message) => shortened(message, Math.floor(tokens / messages.length)));
  return { ...(description !== undefined && { description }), messages: told } as GetPromptResult;
}

function shortened(message: Message, tokens: number): Message {
  const text = textOf(message);
  if (text === "") {
    const what = `[${message.content.type}: ${omitted}]`;
    return { ...message, content: { type: "text", text: what } };
  }
  // What stands beside a text may be larger than any text.
  return { ...message, content: { type: "text", text: fits(text, tokens) ? text : digestOf(text, tokens, omitted) } };
}

function textOf({ content: { type, text } }: Message): string {
  return type === "text" && typeof text === "string" ? text : "";
}
