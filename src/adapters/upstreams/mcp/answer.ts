import { z } from "zod";
import { blockOf } from "../../../core/upstreams/addresses.ts";
import { Fault } from "../../../protocol/fault.ts";
import type { Result } from "../../../protocol/result.ts";

const block = z.looseObject({ type: z.string() });
type Block = z.output<typeof block>;

/** What a tool answered, as far as anything is made of it; what else it says goes along. */
const answer = z.looseObject({
  content: z.array(block).default([]),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().optional(),
});

/** So much of what a tool says of its failure is told. */
const mostSaid = 8192;

/** Of whom it is told. */
export interface Asked {
  server: string;
  tool: string;
}

/**
 * The result of a call: its text, and beside it the structured content as it came, and all blocks where one of them
 * is more than text. Refuses with `upstream.failed` where the tool says that it failed.
 */
export function resultOf(asked: Asked, value: unknown): Result {
  const parsed = answer.safeParse(value);
  if (!parsed.success) throw unreadable(asked);
  const { content: said, structuredContent: structured, isError } = parsed.data;
  const blocks = said.map((each) => blockOf(asked.server, each) as Block);
  const content = blocks.map(textOf).join("\n");
  if (isError === true) throw failed(asked, content);
  const isPlain = blocks.every(({ type, annotations, ...rest }) => type === "text" && typeof rest["text"] === "string");
  const data = { ...(structured !== undefined && { structured }), ...(!isPlain && { blocks }) };
  return Object.keys(data).length === 0 ? { content } : { content: contentOr(content, structured), data };
}

/** What a tool, or its server, says against a request. */
export function failed({ server, tool }: Asked, said: string): Fault {
  const cut = said.length - mostSaid;
  const told = cut > 0 ? `${said.slice(0, mostSaid)}… (${cut} more characters)` : said;
  return new Fault("upstream.failed", `Cannot do ${server}.${tool}: it says ${told === "" ? "nothing of why" : told}`, {
    facts: { server, tool },
  });
}

export function unreadable({ server, tool }: Asked, why = "it is no answer of a tool"): Fault {
  const message = `Cannot read what ${server}.${tool} answered: ${why}`;
  return new Fault("upstream.unreadable", message, { facts: { server, tool } });
}

/** Servers that answer structured content should say it as text too; not all do. */
function contentOr(content: string, structured: unknown): string {
  return content === "" && structured !== undefined ? JSON.stringify(structured) : content;
}

/** For readers that can show text alone, others are named with their kind and size. */
function textOf(each: Block): string {
  const { type, text, mimeType, data, uri, name, resource } = each;
  if (type === "text" && typeof text === "string") return text;
  if (type === "resource_link") return `[${[name, uri].filter((word) => typeof word === "string").join(" ")}]`;
  if (type === "resource") return embedded(resource);
  const bytes = typeof data === "string" ? `, ${Math.floor((data.length * 3) / 4)} bytes` : "";
  return `[${type}${typeof mimeType === "string" ? ` ${mimeType}` : ""}${bytes}]`;
}

const content = z.object({ uri: z.string(), text: z.string().optional() });

function embedded(resource: unknown): string {
  const { success, data } = content.safeParse(resource);
  if (!success) return "[resource]";
  return data.text ?? `[resource ${data.uri}]`;
}
