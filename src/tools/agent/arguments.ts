import { z } from "zod";
import { Fault } from "../../protocol/fault.ts";

/** The JSON schema of what an ability takes. */
export function schemaOf(schema: z.ZodType): Readonly<Record<string, unknown>> {
  const { $schema: _, ...plain } = z.toJSONSchema(schema, { io: "input" });
  return plain;
}

/** What a model wrote, as the schema has it; `input.invalid` with every mistake. */
export function argumentsAs<S extends z.ZodType>(schema: S, given: Readonly<Record<string, unknown>>): z.output<S> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "arguments"}: ${message}`);
  throw new Fault("input.invalid", `Cannot take the arguments: ${mistakes.join("; ")}`);
}
