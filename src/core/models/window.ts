import { estimateTokens } from "../budgets/spending.ts";
import type { Question } from "./question.ts";

/** What an image costs at most at the vendors that tell. */
export const imageTokens = 1600;
/** Bytes of a document for one token, and what its least page takes. */
const documentBytesPerToken = 30;
const pageTokens = 1000;
/** What a vendor's own search puts into the prompt. */
const searchTokens = 10_000;

/** In tokens: how long an answer may be, or how much too long the question is. */
export type Fitting = { kind: "fits"; outputTokens: number } | { kind: "too-large"; over: number };

/** All of a request's input, estimated with margin. */
export function inputTokensOf(question: Pick<Question, "messages" | "tools" | "responseFormat" | "webSearch">): number {
  const { messages, tools = [], responseFormat, webSearch } = question;
  const said = messages.flatMap(({ text, reasoning = "", toolCalls = [] }) => [
    text,
    reasoning,
    ...toolCalls.map((call) => call.arguments),
  ]);
  const schemas = [...tools, ...(responseFormat === undefined ? [] : [responseFormat])].map((each) =>
    JSON.stringify(each),
  );
  const files = messages.flatMap((message) => message.files ?? []);
  const images = messages.flatMap((message) => message.images ?? []).length;
  const extracts = files.flatMap(({ uploaded }) => uploaded?.text ?? []);
  const documents = files.reduce(
    (sum, { uploaded, bytes }) =>
      uploaded?.text === undefined ? sum + pageTokens + Math.ceil(bytes.length / documentBytesPerToken) : sum,
    0,
  );
  const searched = webSearch === true ? searchTokens : 0;
  return estimateTokens([...said, ...schemas, ...extracts]) + images * imageTokens + documents + searched;
}

/**
 * The longest answer, no longer than wanted, that stands in the model's window beside the input: both share it.
 * Null limits are unknown and limit nothing. `over` is how many tokens of input are too many.
 */
export function fitWindow(
  want: { inputTokens: number; outputTokens: number },
  limits: { contextTokens: number | null; maxOutputTokens: number | null },
): Fitting {
  const most = Math.min(want.outputTokens, limits.maxOutputTokens ?? want.outputTokens);
  if (limits.contextTokens === null) return { kind: "fits", outputTokens: most };
  const room = limits.contextTokens - want.inputTokens;
  return room < 1 ? { kind: "too-large", over: 1 - room } : { kind: "fits", outputTokens: Math.min(most, room) };
}
