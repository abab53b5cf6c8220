import { z } from "zod";
import type { ModelTool } from "../../../core/models/model.ts";
import { parsedJson } from "../sdk/parsed-json.ts";
import type { CallMarkup } from "../sdk/text-calls.ts";

const named = z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()).optional() });
const fields = z
  .object({ properties: z.record(z.string(), z.object({ type: z.unknown() }).loose()).optional() })
  .loose();
const pair = /<arg_key>([\s\S]*?)<\/arg_key>\s*<arg_value>([\s\S]*?)<\/arg_value>/g;

/**
 * A call as the models of this vendor sometimes write it into their answer: the tool's name and its arguments in marks,
 * as their chat template has it, or one JSON object.
 */
export const callsInText: CallMarkup = {
  open: "<tool_call>",
  close: "</tool_call>",
  read: (inside, tools) => {
    const given = named.safeParse(parsedJson(inside.trim())).data;
    const name = given?.name ?? inside.split("<", 1)[0]?.trim() ?? "";
    const tool = tools.find((each) => each.name === name);
    if (tool === undefined) return undefined;
    return {
      tool: name,
      arguments: JSON.stringify(given === undefined ? markedIn(inside, tool) : (given.arguments ?? {})),
    };
  },
};

/** A text stays one where the tool wants a text; everything else is JSON. */
function markedIn(inside: string, { schema }: ModelTool): Record<string, unknown> {
  const { properties = {} } = fields.safeParse(schema).data ?? {};
  const entries = [...inside.matchAll(pair)].map(([, key = "", value = ""]) => {
    const name = key.trim();
    return [name, properties[name]?.type === "string" ? value : (parsedJson(value) ?? value)] as const;
  });
  return Object.fromEntries(entries);
}
