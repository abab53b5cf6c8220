import { type CallToolResult, type ContentBlock, isCallToolResult } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { OpenQuestion } from "../../core/calls/open-question.ts";
import type { FaultView } from "../../protocol/fault.ts";
import type { CallView } from "../../protocol/result.ts";
import type { RunningAnswer } from "../../protocol/running-answer.ts";
import type { Asked } from "./asked.ts";
import { addressOf } from "./resources/addresses.ts";
import { digestOf, fits, headWithin } from "./text-size.ts";

/** With blocks that are not text; together no more than the smallest frame that carries them. */
const blocks = z.looseObject({ blocks: z.array(z.looseObject({ type: z.string() })).min(1) });
const maxBlockChars = 700_000;

/** A page of a long text says where it ends; so much is left for that. */
const pageShare = 0.9;

/**
 * A call that has ended, as the result of the request that waited for it: what does not fit the client becomes a
 * digest, with a link to the whole.
 */
export function endedAnswer(asked: Pick<Asked, "limits">, view: CallView): CallToolResult {
  const { textTokens } = asked.limits;
  const text = textOf(view);
  const isWhole = fits(text, textTokens);
  const structuredContent = isWhole && fitsStructured(view, text, textTokens) ? { ...view } : lightened(view);
  const content = isWhole ? (blocksOf(view) ?? [textBlock(text)]) : digested(view, text, textTokens);
  const answer = { content, structuredContent };
  return view.phase === "succeeded" ? answer : { ...answer, isError: true };
}

/** The text of an ended call from a character on, as much as the client takes. */
export function pagedAnswer(asked: Asked, view: CallView, offset: number): CallToolResult {
  const text = textOf(view);
  const page = headWithin(text.slice(offset), asked.limits.textTokens * pageShare);
  const next = offset + page.length;
  const rest = next < text.length ? nextPage(view, next, text.length) : `[the end, at character ${text.length}]`;
  return { content: [textBlock(`${page}\n\n${rest}`)], structuredContent: lightened(view) };
}

/** A request that was refused: no call came of it. */
export function refusedAnswer(fault: FaultView): CallToolResult {
  return { content: [textBlock(fault.message)], structuredContent: { fault }, isError: true };
}

/** A call that goes on: its handle, and the call of `calls` by which to wait for the rest, or to answer what it asks. */
export function runningAnswer({ call, tool, phase }: CallView, question: OpenQuestion | undefined): CallToolResult {
  const next: RunningAnswer["next"] = { tool: "calls", arguments: { action: "wait", call } };
  const running = { status: "running" as const, call, phase, next };
  const text = `${tool} still runs as call ${call} (${phase}): this is not its result. To wait for it, call the tool ${next.tool} with ${JSON.stringify(next.arguments)}.`;
  if (question === undefined) return { content: [textBlock(text)], structuredContent: running };
  const reply = JSON.stringify({ action: "answer", call, request: question.request, value: "…" });
  const asks = `${tool} (call ${call}) asks: ${question.prompt}\nIt goes on once it is answered: call the tool calls with ${reply}, then wait for it with ${JSON.stringify(next.arguments)}.`;
  return { content: [textBlock(asks)], structuredContent: { ...running, question } };
}

/** What people read of an ended call. */
export function textOf({ call, phase, result, fault }: CallView): string {
  return result?.content ?? fault?.message ?? `${call} is ${phase}`;
}

/** What another server answered in blocks of its own, pictures among them, is passed on as it came. */
function blocksOf({ result }: CallView): ContentBlock[] | undefined {
  if (result?.data === undefined) return undefined;
  const { data } = blocks.safeParse(result.data);
  if (data === undefined || JSON.stringify(data.blocks).length > maxBlockChars) return undefined;
  const answer = { content: data.blocks };
  return isCallToolResult(answer) ? answer.content : undefined;
}

function digested(view: CallView, text: string, tokens: number): ContentBlock[] {
  const digest = textBlock(digestOf(text, tokens, whereabouts(view)));
  return isKept(view) ? [digest, link(view, text)] : [digest];
}

/** What is answered at once has no journal, and cannot be read again. */
function isKept({ seq }: CallView): boolean {
  return seq > 0;
}

function textBlock(text: string): Extract<ContentBlock, { type: "text" }> {
  return { type: "text", text };
}

/** The text stands in it once more, and what else there is. */
function fitsStructured(view: CallView, text: string, tokens: number): boolean {
  const isPlain = view.result?.data === undefined && view.fault === undefined;
  return isPlain && text.length <= tokens / 2 ? true : fits(JSON.stringify(view), tokens);
}

/** The call without what it came to: that is behind its links. */
function lightened(view: CallView): Record<string, unknown> {
  const { result, fault, ...call } = view;
  if (!isKept(view)) return { ...call, resultOmitted: true };
  if (result === undefined) return { ...call, resultOmitted: true, ...(fault && { fault: { ...fault, facts: {} } }) };
  const links = [{ rel: "result", href: addressOf({ call: view.call, part: "result" }) }];
  if (result.data !== undefined) links.push({ rel: "data", href: addressOf({ call: view.call, part: "data" }) });
  const partial = result.partial === undefined ? {} : { partial: result.partial };
  return { ...call, resultOmitted: true, result: { content: whereabouts(view), ...partial, links } };
}

function link({ call, tool }: CallView, text: string): ContentBlock {
  return {
    type: "resource_link",
    uri: addressOf({ call, part: "result" }),
    name: `Result of ${tool} ${call}`,
    mimeType: "text/plain",
    size: Buffer.byteLength(text),
  };
}

function whereabouts(view: CallView): string {
  if (!isKept(view)) return "it is too much for one answer, and a narrower question gets the rest";
  const { call } = view;
  const page = JSON.stringify({ action: "get", call, offset: 0 });
  return `the whole is the resource ${addressOf({ call, part: "result" })}; in pages it is the tool calls with ${page}`;
}

function nextPage({ call }: CallView, next: number, length: number): string {
  const page = JSON.stringify({ action: "get", call, offset: next });
  return `[up to character ${next} of ${length}; go on by the tool calls with ${page}]`;
}
