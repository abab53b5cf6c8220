import { tokensIn } from "../../core/budgets/token-estimate.ts";

/** Of what is left out the beginning says most, and the end how it came out. */
const headShare = 0.7;
const tailShare = 0.2;
const nearestLine = 400;

/** Whether a client takes it whole. No character is more than a token. */
export function fits(text: string, tokens: number): boolean {
  return text.length <= tokens || tokensIn(text) <= tokens;
}

/** The beginning of a text that is at most so many tokens, to the end of a line where one is near; at least a character. */
export function headWithin(text: string, tokens: number): string {
  if (fits(text, tokens)) return text;
  let length = Math.min(text.length, tokens * 4);
  while (length > 1 && tokensIn(text.slice(0, length)) > tokens) length = Math.floor(length * 0.8);
  const line = text.lastIndexOf("\n", length - 1) + 1;
  return text.slice(0, wholeCharacter(text, line > length - nearestLine && line > 0 ? line : length));
}

/** Beginning and end of a text, with what stands between them said: where it is, and how to get it. */
export function digestOf(text: string, tokens: number, whereabouts: string): string {
  const head = headWithin(text, tokens * headShare);
  let tailLength = Math.min(text.length - head.length, Math.floor(tokens * tailShare * 4));
  while (tailLength > 0 && tokensIn(text.slice(-tailLength)) > tokens * tailShare)
    tailLength = Math.floor(tailLength * 0.8);
  const from = tailLength === 0 ? text.length : wholeCharacter(text, text.length - tailLength);
  const left = `[characters ${head.length} to ${from} of ${text.length} are left out here: ${whereabouts}]`;
  return `${head}\n\n${left}\n\n${text.slice(from)}`;
}

/** A place that parts no character in two; behind the first one at least. */
function wholeCharacter(text: string, at: number): number {
  const code = text.charCodeAt(at - 1);
  const isHalf = code >= 0xd800 && code <= 0xdbff;
  return isHalf ? at + 1 : at;
}
