import type { ListResourcesResult, ListResourceTemplatesResult, Resource } from "@modelcontextprotocol/server";
import { z } from "zod";
import { type CallId, callId } from "../../../protocol/ids.ts";
import { hasEnded } from "../../../protocol/phase.ts";
import type { CallView } from "../../../protocol/result.ts";
import type { Asked } from "../asked.ts";
import { invalidParams } from "../protocol-faults.ts";
import { addressOf, parts } from "./addresses.ts";

const listed = 50;
/** Of what servers behind the daemon have so many at once, and no more than so many characters. */
const listedOfServers = 200;
const mostCharacters = 262_144;

/** `servers-200`: from the 200th of theirs on. */
const place = z
  .string()
  .regex(/^servers-\d{1,9}$/)
  .transform((text) => ({ servers: Number(text.slice("servers-".length)) }));
const params = z.looseObject({ cursor: z.union([place, callId.transform((before) => ({ before }))]).optional() });

const described = {
  result: { title: "Result of a call", description: "The text that a call came to, in pages.", mimeType: "text/plain" },
  data: {
    title: "Data of a call",
    description: "What a call's result holds for programs, in pages.",
    mimeType: "application/json",
  },
  output: { title: "Output of a command", description: "What a command has written, in pages by bytes." },
} as const;

/** What the servers behind the daemon have for the caller, then what the caller's calls have come to, newest first. */
export async function listResources(asked: Asked): Promise<ListResourcesResult> {
  const parsed = params.safeParse(asked.params);
  if (!parsed.success) throw invalidParams("Cannot list resources: the cursor is none of ours");
  const { cursor } = parsed.data;
  if (cursor !== undefined && "before" in cursor) return await listCalls(asked, cursor.before);
  const from = cursor?.servers ?? 0;
  const all = await asked.house.library.resources(asked);
  const some = pageOf(all.slice(from, from + listedOfServers));
  const next = from + some.length;
  if (next < all.length) return { resources: [...some], nextCursor: `servers-${next}` };
  const { resources, ...more } = await listCalls(asked, undefined);
  return { resources: [...some, ...resources], ...more };
}

async function listCalls(asked: Asked, before: CallId | undefined): Promise<ListResourcesResult> {
  const { calls } = await asked.house.operations["call.list"](asked, { limit: listed, ...(before && { before }) });
  const last = calls.at(-1);
  return {
    resources: calls.filter(({ phase }) => hasEnded(phase)).map(resultOf),
    ...(calls.length === listed && last && { nextCursor: last.call }),
  };
}

/** At least one. */
function pageOf<T>(entries: readonly T[]): readonly T[] {
  let characters = 0;
  const end = entries.findIndex((entry, at) => {
    characters += JSON.stringify(entry).length;
    return at > 0 && characters > mostCharacters;
  });
  return end === -1 ? entries : entries.slice(0, end);
}

/** Our own, then those of servers behind. */
export async function listTemplates(asked: Asked): Promise<ListResourceTemplatesResult> {
  const own = parts.map((part) => ({
    uriTemplate: `exai://calls/{call}/${part}{?offset}`,
    name: part,
    ...described[part],
  }));
  const brought = (await asked.house.library.templates(asked)).map(({ uri: uriTemplate, ...each }) => ({
    ...each,
    uriTemplate,
  }));
  return { resourceTemplates: [...own, ...brought] };
}

function resultOf({ call, tool, phase }: CallView): Resource {
  return {
    uri: addressOf({ call, part: "result" }),
    name: `${tool} ${call}`,
    title: `${tool}, ${phase}`,
    mimeType: "text/plain",
  };
}
