import { z } from "zod";
import { plainText } from "../../../core/upstreams/plain-text.ts";
import type { UpstreamRequest } from "../../../core/upstreams/upstream.ts";

const mostPrompt = 4096;
const mostSchemaCharacters = 16_384;

const asked = z.looseObject({
  message: z.string(),
  url: z.string().max(4096).optional(),
  requestedSchema: z.record(z.string(), z.unknown()).optional(),
});

const decided = z.object({
  action: z.enum(["accept", "decline", "cancel"]),
  content: z.record(z.string(), z.unknown()).optional(),
});

/** What a server is told of what the user said. */
export type Reply = { action: "accept"; content?: Record<string, never> } | { action: "decline" | "cancel" };

/**
 * Puts a server's question to the user of a call, as the server's and in plain words, and makes the answer what the
 * server expects: what the user decided, or the fields themselves; null declines.
 */
export async function askUser(
  { server, params }: { server: string; params: unknown },
  request: Pick<UpstreamRequest, "ask">,
): Promise<Reply> {
  const parsed = asked.safeParse(params);
  if (!parsed.success) return { action: "cancel" };
  const { message, url, requestedSchema } = parsed.data;
  const prompt = `${server} asks: ${plainText(message, mostPrompt)}${url === undefined ? "" : `\n${plainText(url, mostPrompt)}`}`;
  const isShort = requestedSchema !== undefined && JSON.stringify(requestedSchema).length <= mostSchemaCharacters;
  return replyOf(await request.ask(prompt, isShort ? requestedSchema : undefined), requestedSchema);
}

function replyOf(value: unknown, schema: Readonly<Record<string, unknown>> | undefined): Reply {
  if (value === null || value === undefined || value === false) return { action: "decline" };
  const { success, data } = decided.safeParse(value);
  if (success && !isField(schema, "action")) return data as Reply;
  if (typeof value === "object") return { action: "accept", content: value as Record<string, never> };
  const [name, ...others] = namesOf(schema);
  const fields = name === undefined || others.length > 0 ? {} : { [name]: value };
  return { action: "accept", content: fields as Record<string, never> };
}

function isField(schema: Readonly<Record<string, unknown>> | undefined, name: string): boolean {
  return namesOf(schema).includes(name);
}

function namesOf(schema: Readonly<Record<string, unknown>> | undefined): string[] {
  const properties = schema?.["properties"];
  return typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
}
