import { z } from "zod";
import { matches } from "../tenants/scopes.ts";
import type { UpstreamServer } from "./server.ts";
import type { ToolList, UpstreamTool } from "./upstream.ts";

const mostTools = 256;
const mostSchemaCharacters = 65_536;
const mostDescription = 4096;
const mostTitle = 200;
const shownName = 60;

/** A name that every client can send and that reads as what it is. */
const nameRule = /^[A-Za-z0-9_][\w./-]{0,94}$/;

const described = z.object({
  name: z.string(),
  title: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  inputSchema: z.record(z.string(), z.unknown()),
  outputSchema: z.record(z.string(), z.unknown()).optional().catch(undefined),
});

/** What reads as nothing, or turns what is around it: words for a model that no person sees. */
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/**
 * What of a server's list is offered. Whatever it says of its tools is said by a stranger: names are plain, texts
 * bounded and without what nobody sees, and what is left out is told with the reason.
 */
export function readToolList(server: UpstreamServer, entries: readonly unknown[]): ToolList {
  const tools = new Map<string, UpstreamTool>();
  const left: { name: string; reason: string }[] = [];
  for (const entry of entries) {
    const judged = judge(server, entry);
    if ("reason" in judged) left.push(judged);
    else if (tools.has(judged.name))
      left.push({ name: judged.name, reason: "it is named twice; the first one is taken" });
    else if (tools.size >= mostTools)
      left.push({ name: judged.name, reason: `there are more than ${mostTools} tools` });
    else tools.set(judged.name, judged);
  }
  return { tools, left: left.slice(0, mostTools) };
}

/** A text of a stranger for people and models to read. */
export function plainText(text: string, most: number): string {
  const plain = text.slice(0, most * 2).replace(unseen, (character) => (/[\n\t]/.test(character) ? character : ""));
  return plain.length <= most ? plain : `${plain.slice(0, most)}…`;
}

function judge(server: UpstreamServer, entry: unknown): UpstreamTool | { name: string; reason: string } {
  const parsed = described.safeParse(entry);
  if (!parsed.success) return { name: nameOf(entry), reason: "it is not described as a tool has to be" };
  const { name, title, description, inputSchema, outputSchema } = parsed.data;
  if (!nameRule.test(name)) return { name: nameOf(entry), reason: "its name is none that every client can send" };
  if (server.tools !== undefined && !server.tools.some((pattern) => matches(pattern, name)))
    return { name, reason: "the settings do not name it" };
  const size = JSON.stringify([inputSchema, outputSchema]).length;
  if (size > mostSchemaCharacters)
    return { name, reason: `its schemas have ${size} characters, expected at most ${mostSchemaCharacters}` };
  const plain = plainText(description ?? "", mostDescription).trim();
  return {
    name,
    title: plainText(title ?? "", mostTitle).trim() || name,
    description: plain === "" ? `A tool of the server ${server.name}.` : plain,
    inputSchema: Object.hasOwn(inputSchema, "type") ? inputSchema : { type: "object", ...inputSchema },
    ...(outputSchema && { outputSchema }),
  };
}

function nameOf(entry: unknown): string {
  const { name } = z.object({ name: z.string() }).safeParse(entry).data ?? { name: "" };
  return plainText(name, shownName) || "(no name)";
}
