import { z } from "zod";
import { callId } from "../../protocol/ids.ts";
import type { CallView } from "../../protocol/result.ts";
import type { Asked } from "./asked.ts";
import { fits, headWithin } from "./text-size.ts";

/** A page of a command's output, as the tool `calls` answers it. */
const outputPage = z.looseObject({
  call: callId,
  offset: z.int(),
  nextOffset: z.int(),
  exit: z.unknown().optional(),
  base64: z.string().optional(),
});

/** The page stands twice in an answer of `calls`, and a few words around it. */
const pageShare = 0.4;
/** Whole groups of base64 are four characters for three bytes. */
const group = 4;
const bytesInGroup = 3;

/** A page of output that the client does not take whole, as a shorter one that says where to go on. */
export function shortened(asked: Asked, answer: CallView): CallView {
  const { result } = answer;
  const parsed = outputPage.safeParse(result?.data);
  const { textTokens } = asked.limits;
  if (result === undefined || !parsed.success || fits(JSON.stringify(answer), textTokens)) return answer;
  const { exit: _later, ...page } = parsed.data;
  const shorter = page.base64 === undefined ? cutText(result.content, textTokens) : cutBytes(page.base64, textTokens);
  const offset = page.offset + shorter.bytes;
  const next = { tool: "calls", arguments: { action: "output", call: page.call, offset } };
  const data = { ...page, ...shorter.data, nextOffset: offset, complete: false, next };
  return { ...answer, result: { ...result, content: shorter.content ?? result.content, data } };
}

interface Cut {
  bytes: number;
  content?: string;
  data?: { base64: string };
}

function cutText(text: string, tokens: number): Cut {
  const content = headWithin(text, tokens * pageShare);
  return { bytes: Buffer.byteLength(content), content };
}

function cutBytes(base64: string, tokens: number): Cut {
  const groups = Math.max(1, Math.floor(headWithin(base64, tokens * pageShare).length / group));
  return { bytes: groups * bytesInGroup, data: { base64: base64.slice(0, groups * group) } };
}
