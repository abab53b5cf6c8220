import type { Message } from "../models/model.ts";
import { inputTokensOf } from "../models/window.ts";
import type { Said } from "./turn.ts";

const leftOut = "[This result is left out for lack of room. Use the tool again where you need it.]";

/**
 * The messages of a run within so many tokens, by estimate: results of tools lose their text, the oldest first, those
 * after the model's last turn last. What cannot be made smaller stays, and is refused where it is sent.
 */
export function withinRoom(first: readonly Message[], said: readonly Said[], inputTokens: number): Said[] {
  const kept = [...said];
  let over = tokensOf([...first, ...kept.map(({ message }) => message)]) - inputTokens;
  for (const [index, { message }] of said.entries()) {
    if (over <= 0) return kept;
    if (message.role !== "tool") continue;
    const emptied: Message = { ...message, text: leftOut };
    over -= Math.max(0, tokensOf([message]) - tokensOf([emptied]));
    kept[index] = { message: emptied };
  }
  return kept;
}

function tokensOf(messages: readonly Message[]): number {
  return inputTokensOf({ messages });
}
