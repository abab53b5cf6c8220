import type { ToolView } from "../../protocol/tool-view.ts";
import { tableText } from "./table.ts";

/** Each tool with what it does, and a line for each field of its input. */
export function toolsText(tools: readonly ToolView[]): string {
  return tools.map(toolText).join("\n\n");
}

function toolText({ name, description, inputSchema }: ToolView): string {
  const { properties, required } = inputSchema;
  const isRequired = (field: string) => Array.isArray(required) && required.includes(field);
  const fields = Object.entries(asRecord(properties)).map(([field, schema]) => [
    `  ${field}`,
    typeText(asRecord(schema)),
    isRequired(field) ? "required" : "",
  ]);
  const lines = fields.length === 0 ? "  no input" : tableText(["  FIELD", "TYPE", ""], fields);
  return `${name}: ${description}\n${lines}`;
}

/** The type as the schema names it; its choices where it is one of a few words. */
function typeText(schema: Readonly<Record<string, unknown>>): string {
  const { type, enum: choices, anyOf, items } = schema;
  if (Array.isArray(choices)) return choices.map((choice) => JSON.stringify(choice)).join(" or ");
  if (Array.isArray(anyOf)) return [...new Set(anyOf.map((one) => typeText(asRecord(one))))].join(" or ");
  if (type === "array") return `array of ${typeText(asRecord(items))}`;
  return typeof type === "string" ? type : "any";
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
