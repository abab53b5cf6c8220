import type { ListResourcesResult, ListResourceTemplatesResult, Resource } from "@modelcontextprotocol/server";
import { z } from "zod";
import { callId } from "../../../protocol/ids.ts";
import { hasEnded } from "../../../protocol/phase.ts";
import type { CallView } from "../../../protocol/result.ts";
import type { Asked } from "../asked.ts";
import { invalidParams } from "../protocol-faults.ts";
import { addressOf, parts } from "./addresses.ts";

const params = z.looseObject({ cursor: callId.optional() });
const listed = 50;

const described = {
  result: { title: "Result of a call", description: "The text that a call came to, in pages.", mimeType: "text/plain" },
  data: {
    title: "Data of a call",
    description: "What a call's result holds for programs, in pages.",
    mimeType: "application/json",
  },
  output: { title: "Output of a command", description: "What a command has written, in pages by bytes." },
} as const;

/** What the caller's calls have come to, newest first. */
export async function listResources(asked: Asked): Promise<ListResourcesResult> {
  const parsed = params.safeParse(asked.params);
  if (!parsed.success) throw invalidParams("Cannot list resources: the cursor is none of ours");
  const { cursor: before } = parsed.data;
  const { operations, additions } = asked.house;
  const { calls } = await operations["call.list"](asked, { limit: listed, ...(before && { before }) });
  const last = calls.at(-1);
  const ended = calls.filter(({ phase }) => hasEnded(phase)).map(resultOf);
  return {
    resources: before === undefined ? [...additions.resources, ...ended] : ended,
    ...(calls.length === listed && last && { nextCursor: last.call }),
  };
}

export async function listTemplates(asked: Asked): Promise<ListResourceTemplatesResult> {
  const own = parts.map((part) => ({
    uriTemplate: `exai://calls/{call}/${part}{?offset}`,
    name: part,
    ...described[part],
  }));
  return { resourceTemplates: [...own, ...asked.house.additions.templates] };
}

function resultOf({ call, tool, phase }: CallView): Resource {
  return {
    uri: addressOf({ call, part: "result" }),
    name: `${tool} ${call}`,
    title: `${tool}, ${phase}`,
    mimeType: "text/plain",
  };
}
