import { z } from "zod";
import { Fault } from "../../protocol/fault.ts";
import { type CallId, callId } from "../../protocol/ids.ts";
import type { Exchange } from "./exchange.ts";

/** The value as the schema has it, or `input.invalid` with every place that is wrong. */
export function decode<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({ at: issue.path.join("."), expected: issue.message }));
  const [first] = issues;
  throw new Fault(
    "input.invalid",
    `Cannot read the request: ${first?.at === "" ? "it" : first?.at} does not fit, expected ${first?.expected}`,
    { facts: { issues: issues.slice(0, 20) } },
  );
}

/** The call that the path names. What cannot be an id is as unknown as what is none. */
export function callOf(exchange: Exchange): CallId {
  const parsed = callId.safeParse(exchange.path["call"]);
  if (parsed.success) return parsed.data;
  throw new Fault("call.unknown", "Cannot find the call: there is none of this id, expected one of your calls");
}

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

function propertiesOf(schema: z.ZodType) {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }).properties ?? {};
}

function typed(text: string, type: unknown): unknown {
  if (type === "integer" || type === "number") return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  return text;
}
