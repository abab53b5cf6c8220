import { z } from "zod";
import type { Fetch } from "../sdk/line.ts";

/** The least that may be given to thinking. */
const leastThinking = 1024;
const body = z.looseObject({
  max_tokens: z.number(),
  thinking: z.looseObject({ type: z.string(), budget_tokens: z.number().optional() }).optional(),
});

/**
 * Keeps thinking within the output limit: the library adds it on top, and only the limit was reserved. Thinking
 * that does not fit beside an answer is left out.
 */
export function withinLimit(send: Fetch, maxOutputTokens: number): Fetch {
  return (input, init) =>
    send(input, typeof init?.body === "string" ? { ...init, body: capped(init.body, maxOutputTokens) } : init);
}

function capped(text: string, maxOutputTokens: number): string {
  const asked = body.safeParse(JSON.parse(text)).data;
  if (asked === undefined || asked.max_tokens <= maxOutputTokens) return text;
  const { thinking, ...rest } = asked;
  const budget = Math.min(thinking?.budget_tokens ?? 0, Math.floor(maxOutputTokens / 2));
  const thought = budget < leastThinking ? {} : { thinking: { ...thinking, budget_tokens: budget } };
  return JSON.stringify({ ...rest, ...thought, max_tokens: maxOutputTokens });
}
