import { z } from "zod";
import { Fault } from "../../protocol/fault.ts";

/**
 * Turns the texts of a query into what the schema's properties are. What is no number stays a text, for the
 * schema to refuse; a name given twice is refused here.
 */
export function queryReader(schema: z.ZodType): (query: URLSearchParams) => Record<string, unknown> {
  // Made at the first query: most routes never see one, and the start waits for none of it.
  let properties: ReturnType<typeof propertiesOf> | undefined;
  return (query) => {
    const values: Record<string, unknown> = {};
    if (query.size === 0) return values;
    properties ??= propertiesOf(schema);
    for (const [name, text] of query) {
      if (Object.hasOwn(values, name))
        throw new Fault("input.invalid", `Cannot read the query: ${name} stands in it twice, expected once`);
      const property = properties[name];
      values[name] = typed(text, typeof property === "object" ? property.type : undefined);
    }
    return values;
  };
}

/** Where everything is said elsewhere, as `expected` tells: nothing that was asked for is passed over in silence. */
export function refuseQuery(query: URLSearchParams, expected: string): void {
  const [name] = query.keys();
  if (name !== undefined)
    throw new Fault("input.invalid", `Cannot read the query: ${name.slice(0, 64)} stands in it, expected ${expected}`);
}

function propertiesOf(schema: z.ZodType) {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }).properties ?? {};
}

function typed(text: string, type: unknown): unknown {
  if (type === "integer" || type === "number") return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  return text;
}
