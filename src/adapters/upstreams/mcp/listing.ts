import type { Client } from "@modelcontextprotocol/client";
import { z } from "zod";
import type { Listed } from "../../../core/upstreams/upstream.ts";

const mostPages = 32;
const mostEntries = 1000;
/** All that a list says stands in memory at once, until it is judged. */
const mostListedCharacters = 16 * 2 ** 20;

const more = { nextCursor: z.string().optional() };
const entries = z.array(z.unknown());

/** How each list is asked for, and where its entries stand in the answer. */
const lists = {
  tools: { method: "tools/list", page: z.looseObject({ tools: entries, ...more }), of: "tools" },
  prompts: { method: "prompts/list", page: z.looseObject({ prompts: entries, ...more }), of: "prompts" },
  resources: { method: "resources/list", page: z.looseObject({ resources: entries, ...more }), of: "resources" },
  templates: {
    method: "resources/templates/list",
    page: z.looseObject({ resourceTemplates: entries, ...more }),
    of: "resourceTemplates",
  },
} as const;

/** What a page is asked for with, and how its answer is read. */
export interface PageRequest {
  method: (typeof lists)[Listed]["method"];
  params: { cursor?: string };
  page: z.ZodType<Readonly<Record<string, unknown>> & { nextCursor?: string | undefined }>;
}

/** All pages of a list, as far as they stand in memory well: at most 1000 entries; a cursor that came before ends it. */
export async function allPages(
  what: Listed,
  ask: (request: PageRequest) => Promise<Readonly<Record<string, unknown>>>,
): Promise<unknown[]> {
  const { method, page, of } = lists[what];
  const all: unknown[] = [];
  const cursors = new Set<string>();
  let characters = 0;
  for (let pages = 0; pages < mostPages && all.length < mostEntries; pages++) {
    const cursor = [...cursors].at(-1);
    const answer = await ask({ method, params: cursor === undefined ? {} : { cursor }, page });
    const { [of]: found, nextCursor } = answer;
    all.push(...(found as unknown[]));
    characters += JSON.stringify(found).length;
    if (typeof nextCursor !== "string" || cursors.has(nextCursor) || characters > mostListedCharacters) break;
    cursors.add(nextCursor);
  }
  return all.slice(0, mostEntries);
}

/** Of what a server says that it has some. */
export function listedBy(client: Pick<Client, "getServerCapabilities">): ReadonlySet<Listed> {
  const { tools, prompts, resources } = client.getServerCapabilities() ?? {};
  const has: Listed[] = [];
  if (tools !== undefined) has.push("tools");
  if (prompts !== undefined) has.push("prompts");
  if (resources !== undefined) has.push("resources", "templates");
  return new Set(has);
}
