import { z } from "zod";
import { matches } from "../tenants/scopes.ts";
import { plainText } from "./plain-text.ts";
import type { UpstreamServer } from "./server.ts";
import { isPlainName, namedBy, type Taken, takenOf } from "./taken.ts";
import type { LeftOut, UpstreamTool } from "./upstream.ts";

const mostTools = 256;
const mostSchemaCharacters = 65_536;
const mostDescription = 4096;
const mostTitle = 200;

const described = z.object({
  name: z.string(),
  title: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  inputSchema: z.record(z.string(), z.unknown()),
  outputSchema: z.record(z.string(), z.unknown()).optional().catch(undefined),
});

/**
 * What of a server's list is offered. Whatever it says of its tools is said by a stranger: names are plain, texts
 * bounded and without what nobody sees, and what is left out is told with the reason.
 */
export function readToolList(server: UpstreamServer, entries: readonly unknown[]): Taken<UpstreamTool> {
  const nameOf = ({ name }: UpstreamTool) => name;
  return takenOf(entries, { what: "tools", most: mostTools, nameOf, judge: (each) => judge(server, each) });
}

function judge(server: UpstreamServer, entry: unknown): UpstreamTool | LeftOut {
  const parsed = described.safeParse(entry);
  if (!parsed.success) return { name: namedBy(entry), reason: "it is not described as a tool has to be" };
  const { name, title, description, inputSchema, outputSchema } = parsed.data;
  if (!isPlainName(name)) return { name: namedBy(entry), reason: "its name is none that every client can send" };
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
