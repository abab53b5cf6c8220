import { z } from "zod";
import type { ModelTool } from "../../../core/models/model.ts";
import { parsedJson } from "../sdk/parsed-json.ts";
import type { CallMarkup } from "../sdk/text-calls.ts";

const named = z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()).optional() });
/** Blanks between a key and its value. */
const mostBetween = 1000;
const fields = z
  .object({ properties: z.record(z.string(), z.object({ type: z.unknown() }).loose()).optional() })
  .loose();

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

/** Goes over the text once, whatever stands there: a mark that has no end ends the search for others of its kind. */
function pairsIn(text: string): [key: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; ; ) {
    const key = between(text, "arg_key", at);
    if (key === undefined) return pairs;
    const next = text
      .slice(key.end, key.end + mostBetween)
      .trimStart()
      .startsWith("<arg_value>");
    const value = next ? between(text, "arg_value", key.end) : undefined;
    if (next && value === undefined) return pairs;
    if (value !== undefined) pairs.push([key.inside.trim(), value.inside]);
    at = value?.end ?? key.end;
  }
}

function between(text: string, mark: string, from: number): { inside: string; end: number } | undefined {
  const [open, close] = [`<${mark}>`, `</${mark}>`];
  const start = text.indexOf(open, from);
  const end = start < 0 ? -1 : text.indexOf(close, start + open.length);
  return end < 0 ? undefined : { inside: text.slice(start + open.length, end), end: end + close.length };
}

/** A text stays one where the tool wants a text; everything else is JSON. */
function markedIn(inside: string, { schema }: ModelTool): Record<string, unknown> {
  const { properties = {} } = fields.safeParse(schema).data ?? {};
  const entries = pairsIn(inside).map(([name, value]) => [
    name,
    properties[name]?.type === "string" ? value : (parsedJson(value) ?? value),
  ]);
  return Object.fromEntries(entries);
}
