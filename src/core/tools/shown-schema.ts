import { z } from "zod";

type Schema = Readonly<Record<string, unknown>>;

/**
 * What is left out: limits, which a refusal tells to the few who meet them, while every conversation pays for the
 * list; and words that some clients refuse a whole list for.
 */
const unsaid = new Set([
  "$schema",
  "pattern",
  "format",
  "contentEncoding",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "propertyNames",
]);

/** What stands behind these is no schema. */
const values = new Set(["default", "enum", "const", "examples", "required"]);

/** The input of a tool as JSON Schema without references: an object with its fields, their types and choices. */
export function inputSchemaOf(input: z.ZodType): Record<string, unknown> {
  return shown(z.toJSONSchema(input, { io: "input", reused: "inline" }), "closed");
}

/** The data of a result as JSON Schema; a client that checks it takes fields that it does not know. */
export function outputSchemaOf(output: z.ZodType): Record<string, unknown> {
  return shown(z.toJSONSchema(output, { io: "output", reused: "inline", unrepresentable: "any" }), "open");
}

/** Only the whole is said to be closed: inside it the fields speak for themselves. */
function shown(schema: Schema, whole: "open" | "closed"): Record<string, unknown> {
  const said: Record<string, unknown> = {};
  for (const [word, value] of Object.entries(schema)) {
    if (unsaid.has(word) || (word === "additionalProperties" && whole === "open" && isPlain(value))) continue;
    said[word] = word === "properties" ? mapped(value as Schema) : values.has(word) ? value : within(value);
  }
  return said;
}

/** That nothing else may be there, or anything: a field that is not named is no concern of a reader. */
function isPlain(value: unknown): boolean {
  return value === false || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}

function mapped(properties: Schema): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, within(value)]));
}

function within(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(within);
  return typeof value === "object" && value !== null ? shown(value as Schema, "open") : value;
}
