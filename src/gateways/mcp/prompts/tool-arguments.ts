import type { PromptArgument } from "@modelcontextprotocol/server";
import { z } from "zod";

const field = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
});
const shape = z.looseObject({
  properties: z.record(z.string(), field).default({}),
  required: z.array(z.string()).default([]),
});

type Schema = Readonly<Record<string, unknown>>;

/** The fields of a tool's input that can be written as one text, in their order. */
export function argumentsOf(inputSchema: Schema): PromptArgument[] {
  const { properties, required } = fieldsOf(inputSchema);
  return Object.entries(properties)
    .filter(([, { type }]) => type !== "object")
    .map(([name, { description }]) => ({
      name,
      ...(description !== undefined && { description }),
      required: required.includes(name),
    }));
}

/** The texts as the tool's input takes them: numbers, flags and lists as such, where they can be read so. */
export function inputOf(inputSchema: Schema, given: Readonly<Record<string, string>>): Record<string, unknown> {
  const { properties } = fieldsOf(inputSchema);
  const entries = Object.entries(given).filter(([, text]) => text !== "");
  return Object.fromEntries(entries.map(([name, text]) => [name, readAs(text, properties[name]?.type)]));
}

/** The choices of a field, where it has some. */
export function choicesOf(inputSchema: Schema, name: string): string[] {
  return (fieldsOf(inputSchema).properties[name]?.enum ?? []).filter((choice) => typeof choice === "string");
}

function fieldsOf(inputSchema: Schema): z.output<typeof shape> {
  const parsed = shape.safeParse(inputSchema);
  return parsed.success ? parsed.data : { properties: {}, required: [] };
}

function readAs(text: string, type: string | string[] | undefined): unknown {
  if (type === undefined || [type].flat().includes("string")) return text;
  try {
    return JSON.parse(text);
  } catch {
    return type === "array"
      ? text
          .split(/[,\n]/)
          .map((item) => item.trim())
          .filter(Boolean)
      : text;
  }
}
