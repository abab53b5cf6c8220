import type { ClientCapabilities, ElicitRequestFormParams } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { OpenQuestion } from "../../core/calls/open-question.ts";

/** Where the question asks for one thing, its field is called so. */
const answer = "answer";

/** What a client can show in a form: plain values, and choices of several. */
const plain = z.looseObject({ type: z.enum(["string", "number", "integer", "boolean"]) });
const choices = z.looseObject({ type: z.literal("array"), items: z.looseObject({}) });
const fields = z.looseObject({
  type: z.literal("object"),
  properties: z.record(z.string(), z.union([plain, choices])),
  required: z.array(z.string()).optional(),
});

/** Whether the client shows forms; one that names no mode does. */
export function showsForms({ elicitation }: ClientCapabilities): boolean {
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}

/** A question as a form: with its own fields where they fit one, else with one field for the answer. */
export function formOf({ prompt, schema }: OpenQuestion): ElicitRequestFormParams {
  const own = fields.safeParse(schema);
  const { type, properties, required = [] } = own.success ? own.data : wrapped(schema);
  const requestedSchema = { type, properties, required } as ElicitRequestFormParams["requestedSchema"];
  return { mode: "form", message: prompt, requestedSchema };
}

/** The answer that a filled form means. */
export function filledValue({ schema }: OpenQuestion, content: Readonly<Record<string, unknown>>): unknown {
  return fields.safeParse(schema).success ? content : content[answer];
}

function wrapped(schema: unknown): z.infer<typeof fields> {
  const own = z.union([plain, choices]).safeParse(schema);
  return {
    type: "object",
    properties: { [answer]: own.success ? own.data : { type: "string" } },
    required: [answer],
  };
}
