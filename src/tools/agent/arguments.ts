import { z } from "zod";
import { Fault } from "../../protocol/fault.ts";
import { factsOf, fitted } from "../../protocol/mistakes.ts";

/** The JSON schema of what an ability takes. */
export function schemaOf(schema: z.ZodType): Readonly<Record<string, unknown>> {
  const { $schema: _, ...plain } = z.toJSONSchema(schema, { io: "input" });
  return plain;
}

/** What a model wrote, as the schema has it; `input.invalid` with every mistake. */
export function argumentsAs<S extends z.ZodType>(schema: S, given: Readonly<Record<string, unknown>>): z.output<S> {
  const parsed = fitted(schema, given);
  if (parsed.success) return parsed.data;
  throw new Fault("input.invalid", `Cannot take the arguments: ${factsOf(parsed.mistakes)}`);
}
